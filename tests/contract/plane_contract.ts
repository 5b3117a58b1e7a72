/**
 * What the suite relies on in Plane. The same steps run against the sandbox and against a real server, so that the
 * sandbox cannot drift from what it stands for. Everything happens in a project of its own, deleted at the end.
 */
import { PlaneClient } from "../../shared/plane/client.ts";
import { PlaneScene } from "./plane_contract/scene.ts";
import { absenceSteps } from "./plane_contract/absence_steps.ts";
import { externalIdSteps } from "./plane_contract/external_id_steps.ts";
import { listSteps } from "./plane_contract/list_steps.ts";
import { planningSteps } from "./plane_contract/planning_steps.ts";
import { projectSteps } from "./plane_contract/project_steps.ts";
import { readSteps } from "./plane_contract/read_steps.ts";
import { refusalSteps } from "./plane_contract/refusal_steps.ts";
import { stampSteps } from "./plane_contract/stamp_steps.ts";

export interface PlaneTarget {
  /** With or without `/api/v1`. */
  readonly baseUrl: string;
  readonly workspaceSlug: string;
  /** Of a member of the workspace who may create projects. */
  readonly apiKey: string;
}

export interface ContractStep {
  readonly name: string;
  readonly run: (scene: PlaneScene) => Promise<void>;
}

const STEPS: readonly ContractStep[] = [
  ...readSteps,
  ...projectSteps,
  ...planningSteps,
  ...listSteps,
  ...externalIdSteps,
  ...stampSteps,
  ...refusalSteps,
  ...absenceSteps,
];

/** Runs every step. Waits when the request limit of the key is reached: a whole run is about two hundred requests. */
export async function planeContract(test: Deno.TestContext, target: PlaneTarget): Promise<void> {
  const client = new PlaneClient(target, { fetch });
  const scene = await PlaneScene.open(target, client);
  try {
    for (const { name, run } of STEPS) await test.step(name, () => run(scene));
  } finally {
    await scene.close();
  }
}
