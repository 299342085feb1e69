import assert from "node:assert/strict";
import { test } from "node:test";
import { linkProblems } from "../check-links.mjs";
import { fixture } from "./fixture.mjs";

const sound = {
  "README.md": "[a](docs/a.md#part), [folder](docs), [site](https://example.org), [`b`](docs/a.md)\n",
  "docs/a.md": "[up](../README.md) and [here](#part)\n```ts\n[no](link.md)\n```\nnor `[this](x.md)`\n",
  "docs/decisions/0001-one.md": "# 0001: One\n",
};

test("links that lead somewhere are no problem", (context) => {
  assert.deepEqual(linkProblems(fixture(context, sound)), []);
});

test("links that lead nowhere are problems", (context) => {
  const folder = fixture(context, { ...sound, "docs/a.md": "\n[gone](gone.md) [up](README.md)\n" });
  assert.deepEqual(linkProblems(folder), [
    "docs/a.md:2: gone.md leads nowhere",
    "docs/a.md:2: README.md leads nowhere",
  ]);
});

test("two decision records of one number, and one of another title, are problems", (context) => {
  const folder = fixture(context, {
    ...sound,
    "docs/decisions/0001-two.md": "# 0001: Two\n",
    "docs/decisions/0002-three.md": "# 0003: Three\n",
  });
  assert.deepEqual(linkProblems(folder), [
    "docs/decisions/0001-two.md: docs/decisions/0001-one.md has the same number",
    'docs/decisions/0002-three.md: the first line must begin with "# 0002: "',
  ]);
});
