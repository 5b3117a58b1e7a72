/**
 * What a TypeScript file exports and imports, read from its text. It relies on the formatter: a declaration of a
 * module stands at the beginning of a line, and nothing else there looks like one.
 */

export interface Export {
  readonly name: string;
  readonly line: number;
  /** A type vanishes at run time, so one that only its own file uses still describes something. */
  readonly isType: boolean;
}

export interface Import {
  /** As written: `./x.ts` or a bare name. */
  readonly from: string;
  /** The names as the other file exports them; `*` stands for all of them. */
  readonly names: readonly string[];
}

export interface Module {
  readonly exports: readonly Export[];
  readonly imports: readonly Import[];
}

const DECLARATION =
  /^export (?:declare )?(?:default )?(?:abstract )?(?:async )?(const|let|function\*?|class|interface|type|enum) (\w+)/gm;
const DESTRUCTURED = /^export const [{[]([^}\]]*)[}\]] =/gm;
const LIST = /^export (type )?\{([^}]*)\}(?: from "([^"]+)")?;/gm;
const EXPORT_ALL = /^export \* (?:as \w+ )?from "([^"]+)";/gm;
const IMPORT = /^import (?:type )?(?:(\w+)(?:, )?)?(?:\* as \w+|\{([^}]*)\})? ?(?:from )?"([^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*"([^"]+)",?\s*\)/g;

/** Reads one file. A default import is the name `default`, an import for its effects has no names. */
export function readModule(source: string): Module {
  const exports: Export[] = [];
  const imports: Import[] = [];
  const lineOf = (index: number | undefined) => source.slice(0, index).split("\n").length;

  for (const { 1: kind, 2: name = "", index } of source.matchAll(DECLARATION)) {
    exports.push({ name, line: lineOf(index), isType: kind === "interface" || kind === "type" });
  }
  for (const { 1: list = "", index } of source.matchAll(DESTRUCTURED)) {
    for (const { local } of names(list.replaceAll(":", " as "))) {
      exports.push({ name: local, line: lineOf(index), isType: false });
    }
  }
  for (const { 1: type, 2: list = "", 3: from, index } of source.matchAll(LIST)) {
    const listed = names(list);
    for (const { local } of listed) {
      exports.push({ name: local, line: lineOf(index), isType: type !== undefined });
    }
    if (from !== undefined) imports.push({ from, names: listed.map(({ exported }) => exported) });
  }
  for (const { 1: from = "" } of source.matchAll(EXPORT_ALL)) imports.push({ from, names: ["*"] });
  for (const { 0: text, 1: standard, 2: list, 3: from = "" } of source.matchAll(IMPORT)) {
    const named = names(list ?? "").map(({ exported }) => exported);
    const all = text.includes("* as ") ? ["*"] : [];
    imports.push({
      from,
      names: [...(standard === undefined || standard === "type" ? [] : ["default"]), ...named, ...all],
    });
  }
  for (const { 1: from = "" } of source.matchAll(DYNAMIC_IMPORT)) imports.push({ from, names: ["*"] });
  return { exports, imports };
}

/** `type a, b as c` gives a (local a) and b (local c). */
function names(list: string): { exported: string; local: string }[] {
  return list.replaceAll(/\/\/.*$/gm, "").split(",").map((item) => item.trim().replace(/^type /, "")).filter(
    Boolean,
  ).map(
    (item) => {
      const [exported = "", local = exported] = item.split(/ as /).map((part) => part.trim());
      return { exported, local };
    },
  );
}
