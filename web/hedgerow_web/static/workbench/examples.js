// The examples: found by words of their titles, or by what stands in their queries; put into the editor by a click.

import { language, text } from "../views/texts.js";

export class Examples {
  constructor({ examples: address }, take) {
    this.take = take;
    this.place = document.getElementById("examples");
    this.field = document.getElementById("find");
    this.field.addEventListener("input", () => this.#show());
    this.#load(address);
  }

  async #load(address) {
    const reply = await fetch(address);
    this.all = reply.ok ? await reply.json() : [];
    this.#show();
  }

  #show() {
    const words = this.field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.all.filter((example) => words.every((word) => holds(example).includes(word)));
    document.getElementById("found").textContent = text("{count} examples", { count: found.length });
    const list = document.createElement("ul");
    list.className = "plain";
    for (const example of found) list.append(this.#entry(example));
    this.place.replaceChildren(list);
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
