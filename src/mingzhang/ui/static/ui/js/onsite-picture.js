// A picture as it is kept and sent: drawn anew, no larger than is needed to see what matters. Drawing leaves out
// whatever the camera wrote into the file: place, time, make of the phone. The original is not kept.
const LONGEST = 2048;
const SMALL = 320;
const QUALITY = 0.85;

export class Unreadable extends Error {}

async function bitmapOf(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unreadable();
  }
}

function drawn(picture, longest, quality) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // what is transparent becomes paper, not black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Unreadable())), "image/jpeg", quality);
  });
}

export async function scaled(file) {
  const picture = await bitmapOf(file);
  try {
    return { blob: await drawn(picture, LONGEST, QUALITY), thumb: await drawn(picture, SMALL, 0.7) };
  } finally {
    picture.close();
  }
}
