// Templates: htm's syntax on preact's elements.
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
