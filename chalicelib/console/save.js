// What leaves the page: files, the clipboard.
import { tell } from "mien/state";

export const saveText = (name, text, type) => saveBlob(name, new Blob([text], { type }));

export function saveBlob(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell("The table is on the clipboard.");
  } catch {
    tell("The browser does not let this page use the clipboard; take the CSV instead.", "error");
  }
}

/** Returns a line of CSV. What a spreadsheet would take for a formula gets a sign in front of it. */
export const csvLine = (cells) => cells.map(cellOf).join(",");

/** Returns true if a spreadsheet may take the text for a formula, wide forms of its signs too (see `client_texts`). */
const isFormula = (text) => /^[\p{Cf}\p{Zs}]*[=+\-@\t\r\n\u2212]/u.test(text.normalize("NFKC"));

function cellOf(cell) {
  if (typeof cell === "number") return String(cell);
  const text = isFormula(String(cell)) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
