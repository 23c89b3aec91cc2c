/**
 * The forms of the subjects that a platform issues, and whom a pattern for such subjects admits.
 *
 * A form says which part of a subject is the owner. A pattern names its owner if every subject of
 * the form that it matches has the same owner. The answer is exact: we run the form and the pattern
 * side by side, and never guess from how a pattern looks.
 */

/** What a subject consists of. A list is a sequence of parts. */
export type Form =
  | string
  /** One or more characters of a class. */
  | { readonly some: RegExp }
  /** The name of the owner of whatever the subject identifies. */
  | { readonly owner: Form }
  | { readonly either: readonly Form[] }
  /** Zero or more times. */
  | { readonly repeated: Form }
  | readonly Form[];

/** Whose subjects a pattern matches: nobody's, one owner's, or those of different owners. */
export type Admitted =
  | { readonly by: "nobody" }
  | { readonly by: "owner"; readonly owner: string }
  | { readonly by: "strangers" };

/**
 * No platform issues subjects this long (OpenID Connect Core 1.0, section 2, allows 255
 * characters).
 */
const longest = 1000;

/**
 * Finds whose subjects of a form `pattern` matches. In the pattern, `*` stands for any characters.
 *
 * The owner is known if the pattern spells it out. A subject that could have any owner, or none,
 * belongs to everybody.
 */
export function findAdmitted(form: Form, pattern: string): Admitted {
  const letters = [...pattern];
  // A pattern this long is probably meant to hide something, so it is not worth analysing.
  if (letters.length > longest) return { by: "strangers" };
  const states = compileForm(form);
  let reached = new Reached();
  reached.add(states, { state: 0, owner: undefined, reading: undefined });
  for (const letter of letters) {
    const next = new Reached();
    if (letter === "*") {
      // A star matches nothing, or one more character and then itself again.
      for (const place of reached.places()) next.add(states, place);
      for (const place of next.places()) {
        const state = states[place.state];
        // The part of an owner's name that the star matches can be anything.
        const reading = place.reading === undefined ? undefined : null;
        if (state?.takes !== undefined) next.add(states, { ...place, reading, state: state.to });
      }
    } else {
      for (const place of reached.places()) {
        const state = states[place.state];
        if (state?.takes === undefined || !takesCharacter(state.takes, letter)) continue;
        const reading = typeof place.reading === "string" ? place.reading + letter : place.reading;
        next.add(states, { ...place, reading, state: state.to });
      }
    }
    reached = next;
  }
  const owners = new Set<string | undefined>();
  for (const { state, owner } of reached.places()) {
    if (states[state]?.isEnd) owners.add(owner);
  }
  const [only] = owners;
  if (owners.size === 0) return { by: "nobody" };
  return owners.size > 1 || only === undefined ? { by: "strangers" } : { by: "owner", owner: only };
}

/** A place in a form that some subject can reach with the part of the pattern read so far. */
interface Place {
  readonly state: number;
  /** The first owner that the pattern spelled out on the way here. */
  readonly owner: string | undefined;
  /**
   * The part of the owner's name read so far, if this place is inside one. It is null if a star
   * matched part of the name, because the owner can then be anybody.
   */
  readonly reading: string | null | undefined;
}

interface State {
  /** The character that leads to `to`, or the class of such characters. */
  readonly takes?: string | RegExp;
  readonly to: number;
  /** The states that can be reached without reading a character. */
  readonly free?: readonly number[];
  readonly begins?: true;
  readonly ends?: true;
  readonly isEnd?: true;
}

/**
 * The places reached so far, without duplicates. It keeps at most two different owners for each
 * place: two are enough to show that there is more than one, and the limit keeps every pattern
 * fast.
 */
class Reached {
  readonly #places: Place[] = [];
  readonly #known = new Map<string, Set<string>>();

  /** All places, including those added during the iteration. */
  *places(): Iterable<Place> {
    yield* this.#places;
  }

  /** Adds a place and every place that can be reached from it without reading a character. */
  add(states: readonly State[], { state: at, owner, reading }: Place): void {
    // Once an owner is known, other names no longer matter.
    const place = { state: at, owner, reading: owner === undefined ? reading : undefined };
    const state = states[at];
    if (state === undefined || !this.#isNew(place)) return;
    this.#places.push(place);
    for (const to of state.free ?? []) {
      if (state.begins) this.add(states, { state: to, owner, reading: "" });
      else if (state.ends) {
        this.add(states, {
          state: to,
          owner: owner ?? place.reading ?? undefined,
          reading: undefined,
        });
      } else this.add(states, { ...place, state: to });
    }
  }

  #isNew({ state, owner, reading }: Place): boolean {
    const where = [state, typeof owner, reading === null ? "any" : typeof reading].join();
    const names = this.#known.get(where) ?? new Set();
    const name = owner ?? reading ?? "";
    if (names.has(name) || names.size >= 2) return false;
    this.#known.set(where, names.add(name));
    return true;
  }
}

/** The states of a form. The first one is the start. */
function compileForm(form: Form): readonly State[] {
  const known = typeof form === "string" ? undefined : compiled.get(form);
  if (known !== undefined) return known;
  const states: State[] = [];
  const add = (state: State): number => states.push(state) - 1;
  /** Builds the states of a part that continues at `next`, and returns its start state. */
  function build(part: Form, next: number): number {
    if (typeof part === "string")
      return [...part].reduceRight((to, takes) => add({ takes, to }), next);
    if (isList(part)) return part.reduceRight<number>((to, one) => build(one, to), next);
    if ("some" in part) {
      const more = add({ to: 0 });
      const first = add({ takes: part.some, to: more });
      states[more] = { to: 0, free: [first, next] };
      return first;
    }
    if ("owner" in part) {
      const end = add({ to: 0, free: [next], ends: true });
      return add({ to: 0, free: [build(part.owner, end)], begins: true });
    }
    if ("either" in part) return add({ to: 0, free: part.either.map((one) => build(one, next)) });
    const again = add({ to: 0 });
    states[again] = { to: 0, free: [build(part.repeated, again), next] };
    return again;
  }
  const begin = add({ to: 0 });
  states[begin] = { to: 0, free: [build(form, add({ to: 0, isEnd: true }))] };
  if (typeof form !== "string") compiled.set(form, states);
  return states;
}

/** A platform's form is compiled once, however many subjects are compared with it. */
const compiled = new WeakMap<Exclude<Form, string>, readonly State[]>();

function isList(form: Form): form is readonly Form[] {
  return Array.isArray(form);
}

function takesCharacter(takes: string | RegExp, letter: string): boolean {
  return typeof takes === "string" ? takes === letter : takes.test(letter);
}
