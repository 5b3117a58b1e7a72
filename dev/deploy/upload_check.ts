/** Which files leave the repository: exactly those that each function reaches, and nothing else. */
import { deployFunctions } from "./deployment.ts";
import { assertSameList, forbiddenPaths } from "./file_list.ts";
import { foreignModules, localFiles, readModules } from "./import_graph.ts";
import type { Report } from "./report.ts";
import type { Upload } from "./upload.ts";
import { createWorkingCopy, functionNames, MARKER } from "./working_copy.ts";

/** The committed expectation; `deploy:check -- --update` rewrites it, and a review shows what changed. */
const EXPECTATION = "dev/deploy/expected_uploads.json";

type Expectation = Record<string, string[]>;

export interface UploadCheck {
  report: Report;
  root: string;
  /** A folder of the check's own, in which `home` exists. */
  scratch: string;
  cli: string;
  /** Rewrite the committed expectation instead of comparing with it. */
  update: boolean;
}

/** Deploys and compares. Answers the uploads that arrived, for booting them; undefined when none did. */
export async function checkUploads(check: UploadCheck): Promise<Map<string, Upload> | undefined> {
  const { report, root, scratch } = check;
  report.section("What leaves the repository (supabase functions deploy)");
  const copy = `${scratch}/repository`;
  const uploads = await report.check("every function is deployed, though decoys lie everywhere", async () => {
    await createWorkingCopy(root, copy);
    const sent = await deployFunctions(check.cli, copy, `${scratch}/home`);
    assertSameList("the deployed functions", sent.keys(), "supabase/functions", await functionNames(root));
    return sent;
  });
  if (uploads === undefined) return undefined;

  const expectation = await updateOrRead(check);
  for (const [name, upload] of uploads) {
    const files = [...upload.files.keys()].sort();
    await report.check(
      `${name}: the ${files.length} uploaded files are those its imports reach`,
      async () => {
        const modules = await readModules(copy, upload.entryPoint);
        const reached = [...localFiles(modules, await Deno.realPath(copy)), "deno.json"];
        assertSameList("the upload", files, "the module graph", reached);
        const foreign = foreignModules(modules).filter((specifier) => !specifier.startsWith("npm:"));
        assertSameList("what is imported from elsewhere", foreign, "npm packages only", []);
      },
    );
    await report.check(`${name}: the list is the committed one`, () => {
      assertSameList("the upload", files, EXPECTATION, expectation[name] ?? []);
    });
    await report.check(`${name}: no test, tool, note or hidden file, no planted content`, () => {
      assertSameList("what must stay here", forbiddenPaths(files), "nothing", []);
      const decoder = new TextDecoder();
      for (const [path, bytes] of upload.files) {
        if (decoder.decode(bytes).includes(MARKER)) throw new Error(`${path} carries planted content`);
      }
    });
    await report.check(`${name}: the platform's own token check is off (verify_jwt = false)`, () => {
      if (upload.verifyJwt) throw new Error("verify_jwt is true: no webhook would get through");
    });
  }
  await report.check("the committed list names no function that is gone", () => {
    assertSameList(EXPECTATION, Object.keys(expectation), "the deployed functions", uploads.keys());
  });
  return uploads;
}

async function updateOrRead({ root, update, report }: UploadCheck): Promise<Expectation> {
  const path = `${root}/${EXPECTATION}`;
  if (!update) {
    const expectation: Expectation = JSON.parse(await Deno.readTextFile(path));
    return expectation;
  }
  const expectation: Expectation = {};
  for (const name of await functionNames(root)) {
    const modules = await readModules(root, `supabase/functions/${name}/index.ts`);
    expectation[name] = ["deno.json", ...localFiles(modules, await Deno.realPath(root))].sort();
  }
  await Deno.writeTextFile(path, `${JSON.stringify(expectation, null, 2)}\n`);
  report.note(`wrote ${EXPECTATION}`);
  return expectation;
}
