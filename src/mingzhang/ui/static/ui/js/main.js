// What every page needs. The parts listen on the document, so nothing is started again after htmx swaps.
import "./disclosure.js";
import "./numbers.js";
import "./panel.js";
import "./search.js";
import "./signing-out.js";
import "./toast.js";
