// Forms that name a person: type a few characters, choose below. Without script a <datalist> offers those nearby, and a
// name that only one person has will do.
import { watchPickers } from "./form-pick.js";

const fields = document.querySelectorAll("[data-find]");
for (const field of fields) field.removeAttribute("list");
if (fields.length) watchPickers(document, { say: () => fields[0].dataset.none, onChange() {} });
