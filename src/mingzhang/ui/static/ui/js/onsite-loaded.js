// One round as a page needs it: what stands, what waits, and the pictures that lie here.
import { held as heldOf } from "./onsite-store.js";
import { isOpen, standing } from "./onsite-standing.js";

// A round as it stands on this phone; null when it is not here.
export async function loaded(person, number) {
  const { round, rows, kept } = await heldOf(person, number);
  if (!round) return null;
  const held = standing(round, rows);
  return {
    round, rows, held,
    thumbs: new Map(kept.map(({ op, thumb }) => [op, thumb])),
    blobs: new Map(kept.filter(({ blob }) => blob).map(({ op, blob }) => [op, blob])),
    locked: !isOpen(round) || Boolean(held.finishing),
  };
}
