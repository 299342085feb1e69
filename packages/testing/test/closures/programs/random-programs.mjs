// Draws programs from a seed: two files, scopes in scopes, classes, shared objects, closures of factories, and a step that changes what
// is captured. Each is a list of lines that may be left out one by one, so that a failing one can be made small.

/** A small generator of random numbers (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (n) => Math.floor(next() * n),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (p) => next() < p,
  };
}

/** Draws one program. */
export function drawProgram(seed) {
  const random = randomOf(seed);
  let counter = 0;
  const name = (prefix) => `${prefix}${counter++}`;
  const program = { seed, helpers: [], module: [], body: [], mutations: [], results: [] };

  // Numbers are texts of expressions that give one, functions names of what maps a number to one.
  const helperScope = { numbers: ["1", "2.5"], functions: [], objects: [] };
  for (let i = 2 + random.below(4); i > 0; i--) declare(program.helpers, helperScope, program.mutations, "export ");
  const imported = { numbers: [], functions: [], objects: [] };
  for (const key of ["numbers", "functions", "objects"]) imported[key] = helperScope[key].filter((each) => /^[a-z]+\d+$/.test(each));
  const names = [...new Set([...imported.numbers, ...imported.functions, ...imported.objects])];
  const isNamespace = random.chance(0.3);
  if (names.length > 0) program.imports = isNamespace ? "import * as all from " : `import { ${names.join(", ")} } from `;
  const prefix = isNamespace ? "all." : "";
  const moduleScope = {
    numbers: ["3", ...imported.numbers.map((each) => prefix + each)],
    functions: imported.functions.map((each) => prefix + each),
    objects: [],
  };
  for (let i = 1 + random.below(4); i > 0; i--) declare(program.module, moduleScope, program.mutations, "");
  const scope = { numbers: [...moduleScope.numbers], functions: [...moduleScope.functions], objects: [...moduleScope.objects] };
  for (let i = 2 + random.below(7); i > 0; i--) declare(program.body, scope, program.mutations, "");
  for (let i = 2 + random.below(4); i > 0; i--) program.results.push(number(scope, "x", 3));
  return program;

  function number({ numbers, functions }, parameter, depth) {
    const kind = random.below(depth > 0 ? 8 : 3);
    if (kind === 0) return String(random.below(10));
    if (kind === 1 && parameter !== undefined) return parameter;
    if (kind <= 2) return random.pick(numbers);
    if (kind <= 4 && functions.length > 0) return `${random.pick(functions)}(${number({ numbers, functions }, parameter, depth - 1)})`;
    const [a, b] = [0, 1].map(() => number({ numbers, functions }, parameter, depth - 1));
    if (kind === 5) return `Math.max(${a}, ${b})`;
    if (kind === 6) return `[${a}, ${b}].map((y) => y - ${random.pick(numbers)}).reduce((p, q) => p + q)`;
    return `(${a} ${random.pick(["+", "-", "*"])} ${b})`;
  }

  function declare(lines, scope, mutations, exported) {
    const at = (depth = 2) => number(scope, undefined, depth);
    switch (random.below(11)) {
      case 0: {
        const n = name("c");
        lines.push(`${exported}const ${n} = ${at()};`);
        scope.numbers.push(n);
        break;
      }
      case 1: {
        const n = name("l");
        const set = name("set");
        lines.push(`${exported}let ${n} = ${at()}; globalThis.setters.push(function ${set}() { ${n} += ${random.below(9) + 1}; });`);
        scope.numbers.push(n);
        break;
      }
      case 2: {
        const n = name("o");
        lines.push(`${exported}const ${n} = { a: ${at()}, b: [${at(1)}, ${at(1)}], get c() { return this.a + ${at(1)}; }, f(x) { return x + this.a; } }; globalThis.setters.push(() => { ${n}.a++; ${n}.b.push(1); });`);
        scope.objects.push(n);
        scope.numbers.push(`${n}.a`, `${n}.b[0]`, `${n}.b.length`, `${n}.c`);
        scope.functions.push(`${n}.f`);
        break;
      }
      case 3: {
        const n = name("m");
        lines.push(`${exported}const ${n} = new Map([["k", ${at()}], ["j", ${at(1)}]]); globalThis.setters.push(() => { ${n}.set("k", 7); });`);
        scope.numbers.push(`${n}.get("k")`, `${n}.size`);
        break;
      }
      case 4:
      case 5: {
        const n = name("f");
        const body = number(scope, "x", 3);
        lines.push(random.pick([
          `${exported}const ${n} = (x) => ${body};`,
          `${exported}function ${n}(x) { return ${body}; }`,
          `${exported}const ${n} = function (x) { const y = ${body}; return y + 1; };`,
          `${exported}const ${n} = { m(x) { return ${body}; } }.m;`,
          `${exported}const ${n} = (x, y = ${at(1)}) => { for (let i = 0; i < 2; i++) { const z = ${body}; y += z; } return y; };`,
        ]));
        scope.functions.push(n);
        break;
      }
      case 6: {
        const n = name("f");
        const factory = name("mk");
        lines.push(`${exported}const ${n} = (function ${factory}(p) { const q = p + ${at(1)}; return (x) => x + p * q; })(${at()});`);
        scope.functions.push(n);
        break;
      }
      case 7: {
        const [even, odd] = [name("e"), name("e")];
        lines.push(`const ${even} = (x) => (x <= 0 ? ${at(1)} : ${odd}(Math.min(x, 5) - 1)); const ${odd} = (x) => (x <= 0 ? ${at(1)} : ${even}(Math.min(x, 5) - 1));`);
        scope.functions.push(even, odd);
        break;
      }
      case 8: {
        const n = name("K");
        const instance = name("i");
        const base = scope.classes?.length > 0 && random.chance(0.6) ? random.pick(scope.classes) : undefined;
        const heritage = base === undefined ? "" : ` extends ${base}`;
        lines.push(`class ${n}${heritage} { static s = ${at(1)}; static { this.t = ${at(1)}; } v = ${at(1)}; get g() { return this.v + ${n}.s; } m(x) { return x + this.v${base === undefined ? "" : " + super.m(x)"}; } static make() { return new ${n}(); } } const ${instance} = ${n}.make(); globalThis.setters.push(() => { ${instance}.v = 4; ${n}.s++; });`);
        scope.classes = [...(scope.classes ?? []), n];
        scope.numbers.push(`${instance}.g`, `${n}.t`, `${n}.make().v`);
        scope.functions.push(`${instance}.m`.replace(/^/, "").replace(".m", ".m"));
        break;
      }
      case 9: {
        const list = name("fs");
        lines.push(`const ${list} = []; for (let i = 0; i < 3; i++) { const j = i * ${at(1)}; ${list}.push((x) => x + i + j); }`);
        scope.functions.push(`${list}[${random.below(3)}]`);
        break;
      }
      default: {
        const shared = name("s");
        lines.push(`const ${shared} = { d: { n: ${at(1)} } }; ${shared}.again = ${shared}.d; ${shared}.self = ${shared}; globalThis.setters.push(() => { ${shared}.d.n += 2; });`);
        scope.numbers.push(`(${shared}.self.again === ${shared}.d ? ${shared}.d.n : -1)`);
      }
    }
  }
}

/** Gives the text of a program's two files. */
export function textsOf(program, helperName) {
  const main = [
    program.imports === undefined ? "" : `${program.imports}${JSON.stringify(helperName)};`,
    ...program.module,
    "export function make() {",
    ...program.body.map((line) => `  ${line}`),
    `  return (x) => [${program.results.join(",\n    ")}];`,
    "}",
  ].join("\n");
  return { main, helper: program.helpers.join("\n") };
}

/** Gives every program that lacks one line of this one. */
export function* smaller(program) {
  for (const part of ["results", "body", "module", "helpers"]) {
    for (let index = 0; index < program[part].length; index++) {
      yield { ...program, [part]: program[part].filter((_, at) => at !== index) };
    }
  }
}
