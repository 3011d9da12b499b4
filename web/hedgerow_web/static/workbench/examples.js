// The examples: found by words of their titles, or by what stands in their queries; put into the editor by a click.

import { language, text } from "../views/texts.js";

/** While the graph is being built there are no examples yet; they are asked for again after so many milliseconds. */
const AGAIN = 3000;
/** Where a key leads in a list, from an entry to another. */
const STEPS = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

export class Examples {
  constructor({ examples: address }, take) {
    this.take = take;
    this.place = document.getElementById("examples");
    this.field = document.getElementById("find");
    this.all = [];
    this.field.addEventListener("input", () => this.#show());
    this.place.addEventListener("keydown", (event) => this.#step(event));
    this.place.addEventListener("focusin", (event) => this.#stopAt(event.target));
    this.#load(address);
  }

  async #load(address) {
    try {
      const reply = await fetch(address);
      if (!reply.ok) throw new Error(reply.statusText);
      this.all = await reply.json();
      this.#show();
    } catch {
      setTimeout(() => this.#load(address), AGAIN);
    }
  }

  #show() {
    const words = this.field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.all.filter((example) => words.every((word) => holds(example).includes(word)));
    document.getElementById("found").textContent = text("{count} examples", { count: found.length });
    const list = document.createElement("ul");
    list.className = "plain";
    for (const example of found) list.append(this.#entry(example));
    this.place.replaceChildren(list);
    this.#stopAt(this.#buttons()[0]);
  }

  // The list is one stop of the Tab key: arrows go through it, and Tab leaves it.

  #buttons() {
    return [...this.place.querySelectorAll("button")];
  }

  #stopAt(chosen) {
    for (const button of this.#buttons()) button.tabIndex = button === chosen ? 0 : -1;
  }

  #step(event) {
    const buttons = this.#buttons();
    const at = buttons.indexOf(event.target);
    const step = STEPS[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    buttons[step(at, buttons.length - 1)].focus();
  }

  #entry(example) {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.dataset.name = example.name;
    button.textContent = said(example.title);
    button.title = said(example.why);
    button.addEventListener("click", () => this.take(example.query));
    entry.append(button);
    return entry;
  }
}

const said = (texts) => texts[language] ?? texts.en;

function holds({ name, group, title, why, query }) {
  return [name, group, ...Object.values(title), ...Object.values(why), query].join("\n").toLowerCase();
}
