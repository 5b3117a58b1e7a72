/** PostgreSQL refuses to run as root. In a container, where everything is root, it runs as one of these users. */

const UNPRIVILEGED = ["nobody", "postgres"];

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account for PostgreSQL's processes; nothing when this process may run it as itself. */
export async function postgresAccount(): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const account = pickAccount(await Deno.readTextFile("/etc/passwd"));
  if (account !== undefined) return account;
  throw new Error(
    `PostgreSQL does not run as root, and there is no user ${UNPRIVILEGED.join(" or ")} to run it as.`,
  );
}

/** The first usable account in the text of /etc/passwd. */
export function pickAccount(passwd: string): Account | undefined {
  const users = new Map(passwd.split("\n").map((line) => line.split(":")).map((parts) => [parts[0], parts]));
  for (const name of UNPRIVILEGED) {
    const [uid, gid] = [Number(users.get(name)?.[2]), Number(users.get(name)?.[3])];
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  return undefined;
}
