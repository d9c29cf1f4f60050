// Whoever signs out on this phone wants nothing of theirs shown: the on-site page keeps what waits, and hides it until
// somebody signs in again.
document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/sign-out/")) localStorage.setItem("mingzhang.onsite.hidden", "yes");
});
