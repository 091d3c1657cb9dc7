/** Light, dark, or as the system has it; remembered in this browser. */

import { texts } from "./texts.js";

const KEY = "chokepoint.theme";
const CHOICES = ["auto", "light", "dark"];

function stored() {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto";
  }
}

/** Let `button` go through the choices. */
export function theme(button) {
  let choice = CHOICES.includes(stored()) ? stored() : "auto";
  const apply = () => {
    if (choice === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    button.textContent = texts.theme[choice];
  };
  button.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // It holds for this page then.
    }
    apply();
  });
  apply();
}
