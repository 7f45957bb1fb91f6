// One model in MuJoCo with its data: state in, steps, poses out. Everything MuJoCo knows is in arrays by its own names
// (`qpos`, `geom_xpos`, ...), whose meaning its documentation gives.
//
// Views of MuJoCo's memory detach (length 0) whenever that memory grows, which any new model can cause. `data` and
// `model` therefore return views for the moment: ask again after anything was made, do not keep them.
//
// nq: coordinates of a configuration, nv: velocities, nu: controls.

import { JepaError, unknownName } from '../../core/index.ts';
import { type MujocoModule, mujocoModule, type RawData, type RawModel } from './load.ts';
import { type SceneGeom, sceneGeoms } from './scene.ts';

/** What can be looked up by name. */
export type MujocoKind = 'body' | 'joint' | 'geom' | 'site' | 'actuator' | 'sensor' | 'equality';

/** MuJoCo's names of the kinds, and which number of the model counts them. */
const KINDS: Readonly<Record<MujocoKind, readonly [object: string, count: string]>> = {
  body: ['mjOBJ_BODY', 'nbody'],
  joint: ['mjOBJ_JOINT', 'njnt'],
  geom: ['mjOBJ_GEOM', 'ngeom'],
  site: ['mjOBJ_SITE', 'nsite'],
  actuator: ['mjOBJ_ACTUATOR', 'nu'],
  sensor: ['mjOBJ_SENSOR', 'nsensor'],
  equality: ['mjOBJ_EQUALITY', 'neq'],
};

/** Two geoms that touch: their ids, the distance (negative when they overlap) and the place [3] in the world. */
export interface MujocoContact {
  readonly geoms: readonly [number, number];
  readonly distance: number;
  readonly position: readonly [number, number, number];
}

/** A model and its data. */
export interface Physics {
  readonly nq: number;
  readonly nv: number;
  readonly nu: number;
  /** Seconds of one step. */
  readonly timestep: number;
  /** A float64 array of MuJoCo's `mjData`, live: writing to it changes the state. Valid until something is made. */
  data(name: string): Float64Array;
  /** An array of MuJoCo's `mjModel`, live. Types and addresses (`geom_type`, `jnt_qposadr`) are whole numbers. */
  model(name: string): Numbers;
  /** The number of a named thing. An unknown name throws with the nearest known one. */
  id(kind: MujocoKind, name: string): number;
  /**
   * Puts the model into a state, exactly: everything that could tell of the past (time, activations, the solver's warm
   * start, applied forces, contacts, moved mocap bodies) is as in a new model. The same state and controls then give the
   * same steps, bit for bit. Positions that follow from the state are old until `step`, `forward` or `kinematics`.
   */
  set(qpos: ArrayLike<number>, qvel?: ArrayLike<number>): void;
  /** Moves on by `count` steps under the controls in `data('ctrl')`. Throws `numeric` when the simulation diverges. */
  step(count?: number): void;
  /** Everything that follows from state and controls, forces included. */
  forward(): void;
  /** Poses of bodies, geoms and sites only. */
  kinematics(): void;
  /** What touches what, from the last `step` or `forward`. */
  contacts(): readonly MujocoContact[];
  /** The visible geoms where they stand, for drawing. */
  geoms(): readonly SceneGeom[];
  /** Gives the memory back; the handle is of no use afterwards. Without it that happens some time after it is forgotten. */
  free(): void;
}

/** MuJoCo's `mjDSBL_AUTORESET`. */
const AUTORESET = 1 << 16;
/** MuJoCo's `mjMAXVAL`: a state beyond it counts as diverged. */
const DIVERGED = 1e10;

/** Frees what a forgotten handle held; JavaScript does not see how much of MuJoCo's memory hangs on it. */
const forgotten = new FinalizationRegistry<readonly { delete(): void }[]>((handles) => {
  for (const handle of handles) handle.delete();
});

function compileModel(mujoco: MujocoModule, what: string, xml: string): RawModel {
  try {
    return mujoco.MjModel.from_xml_string(xml);
  } catch (cause) {
    const says = String(cause instanceof Error ? cause.message : cause)
      .replace(/^MuJoCo Error: /, '')
      .replace(/^Loading error: (Error: )?/, '')
      .replace(/\s+/g, ' ')
      .trim();
    throw new JepaError('usage', `${what}: the model must be valid MJCF, MuJoCo says: ${says}`, { says }, { cause });
  }
}

/** Reads arrays of one of MuJoCo's objects, through views that are fetched again when memory has moved. */
function viewsOf<V extends ArrayBufferView & { readonly length: number }>(
  what: string,
  raw: RawModel | RawData,
  isWanted: (value: unknown) => value is V,
): (name: string) => V {
  const views = new Map<string, V>();
  return (name) => {
    const known = views.get(name);
    // A detached view has no elements any more.
    if (known !== undefined && known.length > 0) return known;
    const view = raw[name];
    if (!isWanted(view)) {
      const owner = 'ncon' in raw ? 'mjData (of float64)' : 'mjModel';
      throw new JepaError('usage', `${what}: the name must be that of an array in MuJoCo's ${owner}, got '${name}'`, {
        name,
      });
    }
    views.set(name, view);
    return view;
  };
}

type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;
const isFloat64 = (value: unknown): value is Float64Array => value instanceof Float64Array;
const isNumbers = (value: unknown): value is Numbers => ArrayBuffer.isView(value) && !(value instanceof DataView);

/**
 * Compiles a model. MuJoCo must be open (`openMujoco`). Several models, also of one text, do not share anything.
 * A `<size memory="..."/>` in the text keeps a model small; without it each takes about 14 MB.
 *
 * @param what names the world in messages
 * @param xml the model in MuJoCo's MJCF
 * @throws JepaError `usage` for text that is no model, with MuJoCo's message
 *
 * @example
 * await openMujoco();
 * const physics = mujocoPhysics('pendulum', xml);
 * physics.set([0.1], [0]);
 * physics.data('ctrl')[physics.id('actuator', 'motor')] = 0.5;
 * physics.step(2);
 * const angle = physics.data('qpos')[0];
 */
export function mujocoPhysics(what: string, xml: string): Physics {
  const mujoco = mujocoModule(what);
  const model = compileModel(mujoco, what, xml);
  const data = new mujoco.MjData(model);
  const { nq, nv, nu } = model;
  const options = model.opt as { readonly timestep: number; disableflags: number };
  const { timestep } = options;
  // On a diverged state MuJoCo would warn and start over; `step` throws instead.
  options.disableflags |= AUTORESET;
  const dataView = viewsOf(what, data, isFloat64);
  const modelView = viewsOf(what, model, isNumbers);
  const names = new Map<MujocoKind, readonly string[]>();
  let held = true;

  function namesOf(kind: MujocoKind): readonly string[] {
    const [object, count] = KINDS[kind];
    const list =
      names.get(kind) ??
      Array.from({ length: model[count] as number }, (_, i) =>
        mujoco.mj_id2name(model, mujoco.mjtObj[object]!.value, i),
      );
    names.set(kind, list);
    return list;
  }

  function move(count: number): void {
    for (let i = 0; i < count; i++) mujoco.mj_step(model, data);
    for (const name of ['qpos', 'qvel']) {
      const values = dataView(name);
      for (let i = 0; i < values.length; i++) {
        if (Math.abs(values[i]!) < DIVERGED) continue;
        throw new JepaError(
          'numeric',
          `${what}: ${name} must stay finite and below ${DIVERGED}, got ${values[i]} after ${count} steps; make speeds, ` +
            'forces or the time step smaller',
          { name, value: values[i] },
        );
      }
    }
  }

  function set(qpos: ArrayLike<number>, qvel: ArrayLike<number> = new Float64Array(nv)): void {
    if (qpos.length !== nq || qvel.length !== nv) {
      throw new JepaError(
        'shape',
        `${what}: a state must have ${nq} coordinates and ${nv} velocities, got ${qpos.length} and ${qvel.length}`,
        { nq, nv },
      );
    }
    mujoco.mj_resetData(model, data);
    dataView('qpos').set(qpos);
    dataView('qvel').set(qvel);
  }

  function contacts(): readonly MujocoContact[] {
    const list = data.contact;
    const found = Array.from({ length: data.ncon }, (_, i): MujocoContact => {
      const contact = list.get(i)!;
      const [x, y, z] = contact.pos as unknown as readonly [number, number, number];
      const touch: MujocoContact = {
        geoms: [contact.geom1, contact.geom2],
        distance: contact.dist,
        position: [x, y, z],
      };
      contact.delete();
      return touch;
    });
    list.delete();
    return found;
  }

  const physics: Physics = {
    nq,
    nv,
    nu,
    timestep,
    data: dataView,
    model: modelView,
    id(kind, name) {
      const at = namesOf(kind).indexOf(name);
      if (name === '' || at < 0) throw unknownName(`${kind} of ${what}`, name, namesOf(kind).filter(Boolean));
      return at;
    },
    set,
    step: (count = 1) => move(count),
    forward: () => mujoco.mj_forward(model, data),
    kinematics: () => mujoco.mj_kinematics(model, data),
    contacts,
    geoms: () => sceneGeoms(what, namesOf('geom'), physics),
    free() {
      if (!held) return;
      held = false;
      forgotten.unregister(physics);
      data.delete();
      model.delete();
    },
  };
  forgotten.register(physics, [data, model], physics);
  return physics;
}
