/** Writes docs/errors.md from the closed union of errors: `deno run -A dev/error_docs.ts`. A test says when it is stale. */
import { ERROR_CODES, type ErrorCode } from "../shared/errors.ts";
import { statusOf } from "../shared/http/answers.ts";

const RETRY = {
  never: "never: the same attempt fails again",
  later: "later: wait first",
  now: "now: repeating at once is safe",
};

export function errorDocs(): string {
  const codes = Object.entries(ERROR_CODES) as [ErrorCode, (typeof ERROR_CODES)[ErrorCode]][];
  const rows = codes.map(([code, { retry, meaning }]) => {
    const status = statusOf(code);
    return `| \`${code}\` | ${status === 500 ? "" : status} | ${retry} | ${meaning} |`;
  });
  return [
    "# Errors",
    "",
    "Every failure has one of these codes: in answers as `code`, in `plane.sync_queue.last_error`, `plane.sync_mappings.last_error` and",
    "`plane.v_dead_letters.reason`, in log lines. Codes without a status occur while synchronising, not in answers.",
    "",
    ...Object.values(RETRY).map((line) => `- ${line}`),
    "",
    "| code | status | retry | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

if (import.meta.main) await Deno.writeTextFile(new URL("../docs/errors.md", import.meta.url), errorDocs());
