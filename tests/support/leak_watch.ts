/**
 * Looks for known secrets in whatever comes out of the suite: whole, cut in half (logs cut long texts), and as a program may
 * encode them without meaning to. Encrypted and hashed forms are not leaks and are not looked for.
 */
import type postgres from "postgres";

export interface LeakWatch {
  /** From now on this must not be seen. At least sixteen characters, and random, or chance would find it. */
  keep(name: string, secret: string): void;
  /** Searches a text; `where` names it in the findings. */
  search(where: string, text: string): void;
  /** Searches every row of every table in these schemas. Returns how many rows there were. */
  searchTables(sql: postgres.Sql, schemas: readonly string[]): Promise<number>;
  /** Sends a request; the whole answer is searched, headers included. Redirects are answers, too. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** Once more, for secrets that came into the world later. */
  searchAnswersAgain(): void;
  /** `<where>: <secret's name>, <form>`, each once. Never the secret. */
  readonly findings: readonly string[];
  /** How many texts were searched. */
  readonly searched: number;
}

const SHORTEST = 16;

export function createLeakWatch(): LeakWatch {
  const forms: { name: string; form: string; text: string }[] = [];
  const findings = new Set<string>();
  const answers: { where: string; text: string }[] = [];
  let searched = 0;

  const search = (where: string, text: string) => {
    searched += 1;
    const lower = text.toLowerCase();
    for (const { name, form, text: secret } of forms) {
      // Without case: headers and host names are written in lower case.
      if (lower.includes(secret.toLowerCase())) findings.add(`${where}: ${name}, ${form}`);
    }
  };

  return {
    get findings() {
      return [...findings].sort();
    },
    get searched() {
      return searched;
    },
    keep(name, secret) {
      if (secret.length < SHORTEST) throw new Error(`${name} is too short to be told from chance`);
      for (const [form, text] of Object.entries(formsOf(secret))) forms.push({ name, form, text });
    },
    search,
    searchAnswersAgain: () => answers.forEach(({ where, text }) => search(where, text)),
    async searchTables(sql, schemas) {
      const tables = await sql<{ name: string; label: string }[]>`
        select format('%I.%I', table_schema, table_name) as name, table_schema || '.' || table_name as label
        from information_schema.tables
        where table_schema = any(${[...schemas]}) and table_type = 'BASE TABLE'`;
      let rows = 0;
      for (const { name, label } of tables) {
        for (const { row } of await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`)) {
          rows += 1;
          search(`table ${label}`, row);
        }
      }
      return rows;
    },
    async fetch(url, init) {
      const answer = await fetch(url, { redirect: "manual", ...init });
      const text = await answer.text();
      const { pathname } = new URL(url);
      const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      const seen = {
        where: `answer ${answer.status} of ${init?.method ?? "GET"} ${pathname}`,
        text: `${headers}\n\n${text}`,
      };
      answers.push(seen);
      search(seen.where, seen.text);
      const { status } = answer;
      return new Response(status === 204 || status === 304 ? null : text, {
        status,
        headers: answer.headers,
      });
    },
  };
}

/** Halves, because logs cut long texts and a prefix like `plane_api_` is no secret. */
function formsOf(secret: string): Record<string, string> {
  const half = Math.ceil(secret.length / 2);
  const bytes = [...new TextEncoder().encode(secret)];
  return {
    "first half": secret.slice(0, half),
    "second half": secret.slice(half),
    "hex": bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    "percent-encoded": encodeURIComponent(secret),
    ...Object.fromEntries([0, 1, 2].map((offset) => [`base64 at ${offset}`, base64Within(bytes, offset)])),
  };
}

/** What a secret looks like in the base64 of a longer text (`id:secret`), without the characters its neighbours decide. */
function base64Within(bytes: readonly number[], offset: number): string {
  const text = btoa(String.fromCharCode(...Array<number>(offset).fill(0), ...bytes));
  return text.replace(/=+$/, "").slice(Math.ceil((offset * 8) / 6), -1);
}
