/**
 * Captures functions and classes: the code from the running script, found by position, the values of its free names from the scopes,
 * and what the object has that its code does not say.
 *
 * Every captured variable is a constant in the copy, since a function that assigns one is refused. So it does not matter
 * whether two functions share a variable: both get its value of this moment.
 */
import { MillraceError } from "@millrace/core";
import type { FunctionAnalysis } from "../analysis.js";
import { PER_SLOT } from "../per-slot.js";
import type { Capture } from "./capture.js";
import { CapturedVariables } from "./captured-variables.js";
import type { ClassCapture } from "./class-capture.js";
import { withoutName } from "./code.js";
import type { FunctionSource, FunctionSources } from "./function-sources.js";
import { homeOf } from "./home-objects.js";
import { below, type CapturePath, FIXES, pathTextOf } from "./refusal.js";
import type { WireNode, WireValue } from "./wire.js";

/** Names that tools put into code to count what runs; a copy would count elsewhere. */
const INSTRUMENTATION = /^(?:cov_|__cov|__coverage__|stryMut|stryCov|__VITEST_COVERAGE)/;

/** What test runners write for `import()`. */
const RUNNER_IMPORT = /^__vi(?:te_ssr)?_dynamic_import__$/;

/** Describes functions for one capture. */
export class FunctionCapture {
  readonly #run: Capture;
  readonly #sources: FunctionSources;
  readonly #classes: ClassCapture;
  readonly #variables: CapturedVariables;
  readonly #units = new Map<string, number>();

  constructor(run: Capture, sources: FunctionSources, classes: ClassCapture) {
    this.#run = run;
    this.#sources = sources;
    this.#classes = classes;
    this.#variables = new CapturedVariables(run, sources);
  }

  describe(value: object, path: CapturePath): WireNode {
    this.#run.countFunction(path);
    if (this.#run.session.kindOf(value) === "bound function") {
      this.#run.refuse(path, "a bound function", "Write an arrow function around the call: (x) => object.method(x).");
    }
    if (isMock(value)) this.#run.refuse(path, "a mock function", "Write the function down, or run the job inline.");
    this.#refuseProxies(value, path);
    const member = this.#classes.describeMember(value, path);
    if (member !== undefined) return member;
    const factory: unknown = Object.getOwnPropertyDescriptor(value, PER_SLOT)?.value;
    if (factory !== undefined) return { type: "perSlot", factory: this.#run.value(factory, below(path, "perSlot")) };
    try {
      return this.#function(value, path);
    } finally {
      this.#run.session.release();
    }
  }

  /** Looking into a function whose prototypes have a Proxy would run it. */
  #refuseProxies(value: object, path: CapturePath): void {
    let prototype = Object.getPrototypeOf(value) as object | null;
    while (prototype !== null) {
      if (this.#run.session.isProxy(prototype))
        this.#run.refuse(path, "a function or class whose prototype is a Proxy", FIXES.data);
      prototype = Object.getPrototypeOf(prototype) as object | null;
    }
  }

  #function(value: object, path: CapturePath): WireNode {
    const inspected = this.#run.session.inspect(value);
    if (inspected === undefined) return this.#foreign(value, path, "a native function to which no path leads");
    const known = this.#sources.scriptOf(inspected);
    if (known.origin === "package" || known.origin === "host") {
      if (isRequire(value)) return { type: "require", from: requireBaseOf(value) };
      if (known.origin === "package" && this.#run.packages.findDeep(value) === undefined)
        this.#run.packages.noteFile(known.script, inspected);
      const whose = known.origin === "host" ? "Node.js" : "a package";
      return this.#foreign(
        value,
        path,
        `a function of ${whose} that is not among the exports of what the program imports`,
      );
    }
    if (known.origin === "hidden")
      this.#run.refuse(path, "a function of another realm, whose script the engine does not show", FIXES.inline);
    this.#run.packages.noteScript(known, inspected);
    // What Millrace does not export, such as the function objects of its own operators, travels as the user's code does.
    const now = this.#run.packageReference(value, known.origin === "millrace");
    if (now !== undefined) return now;
    const source = this.#sources.of(value, inspected, path);
    this.#checkUses(source.code.analysis, source.code.members !== undefined, path);
    const replaced = this.#run.isSettingUp ? undefined : this.#run.replaced.usedBy(source.site.node);
    if (replaced !== undefined) this.#run.refuse(path, replaced, FIXES.setUp);
    return this.#describe(value, source, path);
  }

  #foreign(value: object, path: CapturePath, what: string): WireNode {
    const builtIn = this.#run.tools.builtIns.lazyPathOf(value);
    if (builtIn !== undefined) return { type: "intrinsic", path: builtIn };
    return this.#run.packageReference(value, true) ?? this.#run.refuse(path, what, FIXES.perSlot);
  }

  #checkUses({ uses, privateNames, freeNames }: FunctionAnalysis, isClass: boolean, path: CapturePath): void {
    const around = "of the function around it";
    if (uses.directEval.length > 0)
      this.#run.refuse(path, "a function with a direct eval", "Use (0, eval)(…), or no eval.");
    if (uses.importMeta.length > 0) this.#run.refuse(path, "a function that uses import.meta", FIXES.parameter);
    if (uses.outerThis.length > 0) this.#run.refuse(path, `a function that uses the this ${around}`, FIXES.parameter);
    if (uses.outerArguments.length > 0)
      this.#run.refuse(path, `a function that uses the arguments ${around}`, FIXES.parameter);
    if (uses.outerNewTarget.length > 0)
      this.#run.refuse(path, `a function that uses the new.target ${around}`, FIXES.parameter);
    if (uses.outerSuper.length > 0) this.#run.refuse(path, `a function that uses the super ${around}`, FIXES.parameter);
    if (privateNames.length > 0) {
      this.#run.refuse(
        path,
        `a function that uses #${privateNames[0]!.name} of a class that does not come with it`,
        FIXES.privateFields,
      );
    }
    for (const { name, assignments } of freeNames) {
      if (INSTRUMENTATION.test(name))
        this.#run.refuse(path, "a function that was instrumented to measure coverage", FIXES.inline);
      if (assignments.length === 0) continue;
      throw new MillraceError({
        code: "CAPTURED_VARIABLE_ASSIGNED",
        what: `The ${isClass ? "class" : "function"} at ${pathTextOf(path)} assigns the captured variable "${name}"`,
        expected: "a function that only reads the variables around it, since each worker has a copy of it",
        where: this.#run.where,
        fix: "To count, use an accumulator. To keep something between calls, use perSlot(() => …) or a field of a rich function. If it is a package that has been bundled, keep it external.",
      });
    }
  }

  #describe(value: object, source: FunctionSource, path: CapturePath): WireNode {
    const { code } = source;
    const names: string[] = [];
    const environment: WireValue[] = [];
    let text = code.text;
    const values = this.#variables.read(value, source, path);
    const home = code.usesSuper ? this.#homeOf(value, source, path) : undefined;
    for (const [name, captured] of values) {
      if (name === code.declaredName && captured === value) continue;
      if (name === code.declaredName) text = withoutName(text, name);
      names.push(name);
      const isImporter = RUNNER_IMPORT.test(name) && typeof captured === "function";
      environment.push(
        isImporter ? this.#importerOf(source) : this.#variables.wireOf(name, captured, code, below(path, name)),
      );
    }
    if (code.importName !== undefined) {
      names.push(code.importName);
      environment.push(this.#importerOf(source));
    } else if (code.analysis.uses.dynamicImport.length > 0) {
      this.#run.refuse(path, "a function with import() whose names leave none for it", FIXES.inline);
    }
    this.#run.session.release();
    return {
      type: "function",
      unit: this.#unitOf(source, names, text, path),
      environment,
      ...(home === undefined ? {} : { home }),
      ...this.#classes.ownOf(value, code, path),
    };
  }

  /** Gives what stands for `import()` in a script. */
  #importerOf({ known }: FunctionSource): WireValue {
    return this.#run.addNode({ type: "importer", from: known.script.url });
  }

  /** Gives the index of the unit for a place in a script, of which there is one however many functions were made there. */
  #unitOf({ code, known, site }: FunctionSource, names: readonly string[], text: string, path: CapturePath): number {
    const { form, line, column, analysis } = code;
    const key = `${known.script.scriptId}:${line}:${column}:${names.join()}:${text === code.text}`;
    let unit = this.#units.get(key);
    if (unit === undefined) {
      const { isAsync, isGenerator } = analysis;
      const isStrict = site.parsed.strictness === "strict" || code.members !== undefined;
      const script = this.#run.scripts.indexOf(known, code, code.source);
      const place = { script, line: line + known.script.lineOffset, column };
      unit = this.#run.units.push({ text, form, isAsync, isGenerator, isStrict, ...place, names }) - 1;
      this.#units.set(key, unit);
      this.#run.addSize(text.length, path);
    }
    return unit;
  }

  #homeOf(value: object, source: FunctionSource, path: CapturePath): WireValue {
    const home = homeOf(value, source);
    if (home === undefined) {
      return this.#run.refuse(
        path,
        "a method with super whose object cannot be told",
        "Capture the object in a const that is declared with it and that the method can see, or write a class.",
      );
    }
    return this.#run.value(Object.getPrototypeOf(home), below(path, "[[HomeObject]]"));
  }
}

function isRequire(value: object): boolean {
  const own = (key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof own("resolve") === "function" && typeof own("cache") === "object" && Object.hasOwn(value, "extensions");
}

/** Gives the folder of the file that a `require` belongs to. It asks Node.js, not the program. */
function requireBaseOf(value: object): string {
  const { resolve } = value as { resolve: { paths(specifier: string): string[] | null } };
  return `${resolve.paths("./x")?.[0] ?? "."}/`;
}

function isMock(value: object): boolean {
  return (
    Object.hasOwn(value, "_isMockFunction") || (Object.hasOwn(value, "mock") && Object.hasOwn(value, "mockReturnValue"))
  );
}
