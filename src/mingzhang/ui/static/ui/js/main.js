// Starts what every page needs. Each part works on the document as a whole, so nothing needs starting again
// after htmx has swapped something in.
import "./disclosure.js";
import "./panel.js";
