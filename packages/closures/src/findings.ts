import type { AssignmentForm, SpecialUse } from "./analysis.js";
import type { Scope } from "./scope.js";
import { type MemberUse, Usage } from "./usage.js";

/** Collects what the references of one function mean, name by name and in order of the text. */
export class Findings {
  readonly freeNames = new Map<string, Usage>();
  readonly privateNames = new Map<string, number>();
  readonly selfReferences: number[] = [];
  readonly uses: Record<SpecialUse, number[]> = {
    outerThis: [],
    outerArguments: [],
    outerNewTarget: [],
    outerSuper: [],
    ownThis: [],
    ownArguments: [],
    ownNewTarget: [],
    ownSuper: [],
    importMeta: [],
    dynamicImport: [],
    directEval: [],
    with: [],
  };

  /** Notes a use of `this`, `super` or `new.target`, which belongs to the function that owns the place. */
  special(use: "This" | "Arguments" | "NewTarget" | "Super", offset: number, scope: Scope): void {
    const { owner } = scope.frame;
    if (owner !== "inner") this.uses[`${owner}${use}`].push(offset);
  }

  read(name: string, offset: number, scope: Scope): void {
    this.#find(name, offset, scope)?.addWholeRead();
  }

  readTypeof(name: string, offset: number, scope: Scope): void {
    this.#find(name, offset, scope)?.addTypeof();
  }

  readMember(name: string, property: string, use: MemberUse, offset: number, scope: Scope): void {
    this.#find(name, offset, scope)?.addMember(property, use);
  }

  assign(name: string, form: AssignmentForm, offset: number, scope: Scope): void {
    const { phase, member } = scope.frame;
    const binding = scope.resolve(name);
    if (binding === undefined || binding === "self") {
      // The own name of a declaration is the variable around it; of an expression it cannot be assigned at all.
      this.#freeName(name, offset).addAssignment({ form, offset, phase, member });
    } else if (binding === "ownArguments") {
      this.uses.ownArguments.push(offset);
    } else if (binding !== "variable") {
      binding.addAssignment({ form, offset, phase, member });
    }
  }

  privateName(name: string, offset: number, scope: Scope): void {
    if (!scope.hasPrivate(name) && !this.privateNames.has(name)) this.privateNames.set(name, offset);
  }

  /** Gives the collector of a name's uses, or undefined where nothing has to be collected. */
  #find(name: string, offset: number, scope: Scope): Usage | undefined {
    const binding = scope.resolve(name);
    if (binding instanceof Usage) return binding;
    if (binding === "self") this.selfReferences.push(offset);
    if (binding === "ownArguments") this.uses.ownArguments.push(offset);
    if (binding !== undefined) return undefined;
    if (name === "arguments") {
      this.special("Arguments", offset, scope);
      return undefined;
    }
    return this.#freeName(name, offset);
  }

  #freeName(name: string, offset: number): Usage {
    let usage = this.freeNames.get(name);
    if (usage === undefined) {
      usage = new Usage();
      this.freeNames.set(name, usage);
    }
    usage.noteOffset(offset);
    return usage;
  }
}
