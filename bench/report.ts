/** What a bench found, as a table for people or as one line of JSON for machines. */
import { cpus, loadavg } from "node:os";

/** A line to be above or below; `above` names another figure. */
export type Target = { atLeast: number } | { atMost: number } | { below: number } | { above: string };

export interface Figure {
  name: string;
  value: number;
  /** All of them must be reached. */
  targets?: Target[];
  /** What it is, in a few words. */
  meaning: string;
}

export interface BenchResult {
  figures: Figure[];
  /** What took part, and in which version. */
  versions: Record<string, string>;
  /** What a reader must know to judge the figures. */
  remarks: string[];
}

/** A bench says what it is doing through `report`, one line at a time. */
export type Bench = (report: (line: string) => void) => Promise<BenchResult>;

export function asJson(bench: string, result: BenchResult): string {
  return JSON.stringify({
    bench,
    machine: machine(),
    versions: { deno: Deno.version.deno, ...result.versions },
    figures: Object.fromEntries(result.figures.map(({ name, value }) => [name, rounded(value)])),
  });
}

export function asTable(bench: string, result: BenchResult): string {
  const { cpu, cores, load_average } = machine();
  const versions = Object.entries({ deno: Deno.version.deno, ...result.versions });
  const rows = result.figures.map((figure) => [
    figure.name,
    String(rounded(figure.value)),
    (figure.targets ?? []).map(describeTarget).join(", "),
    verdict(figure, result.figures),
    figure.meaning,
  ]);
  const header = ["figure", "value", "target", "", "meaning"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (cells: string[]) =>
    cells.map((cell, column) =>
      column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    ).join("  ").trimEnd();
  return [
    `${bench}: ${cores} x ${cpu}, load average ${load_average.join(" ")}`,
    versions.map(([name, version]) => `${name} ${version}`).join(", "),
    "",
    line(header),
    ...rows.map(line),
    ...(result.remarks.length === 0 ? [] : ["", ...result.remarks]),
  ].join("\n");
}

/** Whether a figure reaches a target. */
function reached(value: number, target: Target, all: readonly Figure[]): boolean {
  if ("atLeast" in target) return value >= target.atLeast;
  if ("atMost" in target) return value <= target.atMost;
  if ("below" in target) return value < target.below;
  const other = all.find(({ name }) => name === target.above);
  return other !== undefined && value > other.value;
}

/** Names of the figures that miss a target. */
export function missed({ figures }: BenchResult): string[] {
  return figures.filter((figure) => verdict(figure, figures) === "MISSED").map(({ name }) => name);
}

function verdict({ value, targets = [] }: Figure, all: readonly Figure[]): string {
  if (targets.length === 0) return "";
  return targets.every((target) => reached(value, target, all)) ? "ok" : "MISSED";
}

function describeTarget(target: Target): string {
  if ("atLeast" in target) return `>= ${target.atLeast}`;
  if ("atMost" in target) return `<= ${target.atMost}`;
  return "below" in target ? `< ${target.below}` : `> ${target.above}`;
}

function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memory_gib: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    os: `${Deno.build.os} ${Deno.osRelease()}`,
    load_average: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

/** Three digits are more than such a measurement can carry. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(Math.abs(value) >= 1000 ? 5 : 3)) : value;
}
