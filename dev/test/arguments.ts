/** Reads the command line of `task test`, which is deno test's with one option taken out. */

export interface TestArguments {
  readonly coverage: boolean;
  /** Files and folders to run instead of all. */
  readonly paths: string[];
  /** Options for deno test. */
  readonly options: string[];
  /** What follows `--`, with it: arguments for the tests themselves. */
  readonly scriptArguments: string[];
}

/** deno test's options whose value may be the next argument. */
const TAKES_VALUE = new Set([
  "--filter",
  "--ignore",
  "--reporter",
  "--shard",
  "--retry",
  "--repeats",
  "--seed",
  "--related",
]);

export function readArguments(args: readonly string[]): TestArguments {
  const end = args.indexOf("--");
  const own = end === -1 ? [...args] : args.slice(0, end);
  const paths: string[] = [];
  const options: string[] = [];
  for (let index = 0; index < own.length; index++) {
    const argument = own[index] ?? "";
    if (!argument.startsWith("-")) {
      paths.push(argument);
    } else if (argument !== "--coverage") {
      options.push(argument);
      const value = own[index + 1];
      if (TAKES_VALUE.has(argument) && value !== undefined) {
        options.push(value);
        index++;
      }
    }
  }
  return {
    coverage: own.includes("--coverage"),
    paths,
    options,
    scriptArguments: end === -1 ? [] : args.slice(end),
  };
}
