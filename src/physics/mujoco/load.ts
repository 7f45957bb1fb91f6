// MuJoCo, compiled to WebAssembly by its authors (npm: @mujoco/mujoco, an optional peer). It is opened once, which takes
// time, and is then at hand without waiting. What this room uses of it is written down here, so that neither our types
// nor a program without MuJoCo needs the package.

import { JepaError } from '../../core/index.ts';

/** An object that lives in MuJoCo's memory and stays there until it is deleted. */
interface Handle {
  delete(): void;
}

/** A compiled model: arrays by MuJoCo's names, as views of its memory. */
export interface RawModel extends Handle {
  readonly [array: string]: unknown;
  readonly nq: number;
  readonly nv: number;
  readonly nu: number;
}

/** The state and all that follows from it, likewise. */
export interface RawData extends Handle {
  readonly [array: string]: unknown;
  readonly time: number;
  readonly ncon: number;
  readonly contact: Handle & {
    get(i: number): (Handle & { geom1: number; geom2: number; dist: number; pos: Float64Array }) | undefined;
  };
}

type Call = (model: RawModel, data: RawData) => void;

/** The part of the package's module that is used here. */
export interface MujocoModule {
  readonly MjModel: { from_xml_string(xml: string): RawModel };
  readonly MjData: new (model: RawModel) => RawData;
  readonly mjtObj: Readonly<Record<string, { readonly value: number }>>;
  mj_id2name(model: RawModel, kind: number, id: number): string;
  readonly mj_step: Call;
  readonly mj_forward: Call;
  readonly mj_kinematics: Call;
  readonly mj_resetData: Call;
}

/** Opens MuJoCo's module: what a caller hands over who has the package elsewhere than under its name. */
export type MujocoLoader = () => Promise<unknown>;

let opening: Promise<MujocoModule> | undefined;
let opened: MujocoModule | undefined;

const PARTS = ['MjModel', 'MjData', 'mj_step', 'mj_kinematics', 'mj_resetData'];

/** In a variable, so that bundlers neither fail without the package nor put its 10 MB into every page with a world. */
const PACKAGE: string = '@mujoco/mujoco';

async function byName(): Promise<unknown> {
  const found: { readonly default: () => Promise<unknown> } = await import(/* @vite-ignore */ PACKAGE);
  return found.default();
}

async function open(load: MujocoLoader): Promise<MujocoModule> {
  let module: unknown;
  try {
    module = await load();
  } catch (cause) {
    throw new JepaError(
      'unsupported',
      'openMujoco: this needs MuJoCo, which could not be loaded: npm install @mujoco/mujoco. In a page hand over a loader too, ' +
        'openMujoco(() => import(url).then((m) => m.default()))',
      {},
      { cause },
    );
  }
  const found: Record<string, unknown> = Object(module);
  const missing = PARTS.filter((part) => found[part] === undefined);
  if (missing.length > 0) {
    throw new JepaError(
      'unsupported',
      `openMujoco: the loader must give the module of @mujoco/mujoco 3.14 or later, got one without ${missing.join(', ')}; ` +
        'call the default export of the package, it returns the module',
      { missing },
    );
  }
  return module as MujocoModule;
}

/**
 * Opens MuJoCo. The first call loads the WebAssembly module (10 MB, about half a second); later ones return at once and
 * ignore `load`. After a failure the next call tries again. A thread (a worker, a page) opens its own.
 *
 * @param load opens the module; by default the package by its name, which works in Node. In a page, bundled or not, hand
 *   over how it is imported there.
 * @throws JepaError `unsupported` when the package is missing or is something else
 *
 * @example
 * await openMujoco();
 * await openMujoco(() => import('@mujoco/mujoco').then((m) => m.default())); // in a page
 */
export async function openMujoco(load: MujocoLoader = byName): Promise<void> {
  opening ??= open(load);
  try {
    opened = await opening;
  } catch (error) {
    opening = undefined;
    throw error;
  }
}

/** The module, once it is open. `what` names the world that asks. Throws `usage` before. */
export function mujocoModule(what: string): MujocoModule {
  if (opened !== undefined) return opened;
  throw new JepaError(
    'usage',
    `${what} needs MuJoCo, which is not open yet: await prepareEnv('${what}') first, or openMujoco() for a model of your own`,
    { what },
  );
}
