import type { AssignmentForm, CapturedAssignment, ExecutionPhase, FreeName, SourcePosition } from "./analysis.js";

/** How one member expression uses its object; see {@link Usage.addMember}. */
export type MemberUse = "read" | "call" | "write";

interface AssignmentSite {
  readonly form: AssignmentForm;
  readonly offset: number;
  readonly phase: ExecutionPhase;
  readonly member: string | undefined;
}

/** Collects how one variable is used, in order of the text. Offsets are those of the syntax tree. */
export class Usage {
  readonly #assignments: AssignmentSite[] = [];
  readonly #members = new Set<string>();
  readonly #calledMembers = new Set<string>();
  #isRead = false;
  #isWhole = false;
  #hasTypeof = false;
  #firstOffset = Number.POSITIVE_INFINITY;

  /** The first occurrence in the text, which need not be the first one visited. */
  get firstOffset(): number {
    return this.#firstOffset;
  }

  noteOffset(offset: number): void {
    if (offset < this.#firstOffset) this.#firstOffset = offset;
  }

  /** Notes that the value itself is used, so that any of its properties may be. */
  addWholeRead(): void {
    this.#isRead = true;
    this.#isWhole = true;
  }

  /** Notes `typeof name`. */
  addTypeof(): void {
    this.#hasTypeof = true;
  }

  /** Notes that only one property of the value is used. Writing a property is a use of the whole value. */
  addMember(property: string, use: MemberUse): void {
    this.#isRead = true;
    if (use === "write") this.#isWhole = true;
    this.#members.add(property);
    if (use === "call") this.#calledMembers.add(property);
  }

  addAssignment(site: AssignmentSite): void {
    this.#assignments.push(site);
    if (site.form !== "=" && site.form !== "destructuring" && site.form !== "for-of" && site.form !== "for-in") {
      this.addWholeRead();
    }
  }

  /** The properties that are read when that is all there is: no call with the value as `this`, no assignment. */
  fieldsRead(): readonly string[] | "unknown" {
    const isCertain = !this.#isWhole && !this.#hasTypeof && this.#assignments.length + this.#calledMembers.size === 0;
    return isCertain ? [...this.#members] : "unknown";
  }

  toFreeName(name: string, position: (offset: number) => SourcePosition): FreeName {
    const assignments: CapturedAssignment[] = this.#assignments.map(({ form, offset, phase, member }) => ({
      form,
      position: position(offset),
      phase,
      member,
    }));
    return {
      name,
      position: position(this.firstOffset),
      isRead: this.#isRead || this.#hasTypeof,
      isTypeofOnly: this.#hasTypeof && !this.#isRead && assignments.length === 0,
      assignments,
      members: this.#isWhole || this.#hasTypeof ? "whole" : [...this.#members],
      calledMembers: [...this.#calledMembers],
    };
  }
}
