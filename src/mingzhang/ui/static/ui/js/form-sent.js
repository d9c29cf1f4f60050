// On the page after a sheet was written down: what this browser kept of it is no longer needed.
const sent = sessionStorage.getItem("mingzhang.sheet.sent");
if (sent) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem("mingzhang.sheet.sent");
}
