import { setTimeout as delay } from 'node:timers/promises';
import { showPlace } from '../../kubernetes/object-place.ts';
import type { Envelope } from '../age-envelope.ts';
import { MARKER, markerContent, readMarker } from '../marker.ts';
import type { Stores } from '../stores.ts';
import { takeIn } from '../take-in.ts';
import { readParts } from '../vault-parts.ts';
import { Drawer } from './drawer.ts';
import { drawerEscrow } from './drawer-escrow.ts';
import { drawerGenerations } from './drawer-generations.ts';
import { drawerRecords } from './drawer-records.ts';
import { makeRoom } from './make-room.ts';
import { foreign, immutable, lookingOnly, secretFailure, tooBusy } from './secret-failure.ts';
import type { SecretSession } from './secret-session.ts';
import { createSecretStore, type SecretState, type SecretStore } from './secret-store.ts';

export interface DrawerOptions {
  readonly instance: string;
  readonly envelope: Envelope;
  /** False: looks only. */
  readonly create: boolean;
  readonly now: () => Date;
}

/** A drawer, and the three parts of the vault as they lie in it. */
export interface OpenDrawer extends Stores {
  readonly drawer: Drawer;
  readonly immutable: boolean;
}

/** How often a change is tried anew because others were faster. */
const ATTEMPTS = 30;
/** Longest pause before the next try, in ms, times the number of tries so far. */
const PAUSE = 20;

/**
 * Reads the Secret into a drawer, and changes it: read, decide, one PATCH that holds only for the version that was read.
 * Somebody faster makes all of it happen anew on what he left. Killed anywhere, the Secret is as before or as decided.
 *
 * A Secret that was deleted while this process had seen it comes back whole, by one POST; one that somebody made anew in
 * the meantime takes in what was seen, with the first change.
 */
export class SecretDrawers {
  readonly target: string;
  readonly #session: SecretSession;
  readonly #options: DrawerOptions;
  readonly #store: SecretStore;

  constructor(session: SecretSession, options: DrawerOptions) {
    this.#session = session;
    this.#options = options;
    this.#store = createSecretStore(session.client, session.secret);
    this.target = showPlace(session.secret);
  }

  /** @throws Failure `vault-…` */
  async look(): Promise<OpenDrawer> {
    try {
      const { create } = this.#options;
      const state = await this.#read();
      if (create && (state === null || this.#isAnother(state))) await this.change(async () => undefined);
      else if (state !== null) this.#session.seen = state;
      return this.#open(create ? this.#session.seen : state);
    } catch (error) {
      throw secretFailure(error, 'read');
    }
  }

  /**
   * @param decide changes the drawer; called again on a fresh one where somebody else was faster
   * @throws Failure `vault-…`: nothing was changed
   */
  async change<T>(decide: (open: OpenDrawer) => Promise<T>): Promise<T> {
    if (!this.#options.create) throw lookingOnly(this.target);
    try {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const outcome = await this.#changeOnce(decide);
        if (outcome !== null) return outcome.value;
        await delay(Math.random() * PAUSE * attempt);
      }
    } catch (error) {
      throw secretFailure(error, 'write');
    }
    throw tooBusy(this.target);
  }

  async #changeOnce<T>(decide: (open: OpenDrawer) => Promise<T>): Promise<{ readonly value: T } | null> {
    const { instance, now } = this.#options;
    const session = this.#session;
    const state = (await this.#read()) ?? (await this.#store.create(this.#first(), instance));
    if (state === null) return null;
    const open = this.#open(state);
    if (this.#isAnother(state)) await this.#takeBack(open);
    const value = await decide(open);
    if (open.drawer.changesSince().size > 0) await makeRoom(open.drawer, open.generations, now());
    const changes = open.drawer.changesSince();
    if (changes.size > 0 && state.immutable) throw immutable(session.secret, this.target);
    const changed = changes.size === 0 ? state : await this.#store.change(state, changes, instance);
    if (changed === null) return null;
    session.seen = changed;
    return { value };
  }

  async #read(): Promise<SecretState | null> {
    const state = await this.#store.read(this.#session.seen);
    if (state !== null) this.#check(state);
    return state;
  }

  /** Deleted and made anew by somebody else, so that what was seen may be lacking. */
  #isAnother({ uid }: SecretState): boolean {
    const { seen } = this.#session;
    return seen !== null && seen.uid !== uid;
  }

  #first(): ReadonlyMap<string, Buffer> {
    return this.#session.seen?.data ?? new Map([[MARKER, markerContent(this.#options.instance)]]);
  }

  async #takeBack(open: OpenDrawer): Promise<void> {
    const { instance, envelope } = this.#options;
    const seen = this.#open(this.#session.seen);
    await takeIn({ ...open, instance, envelope }, () => readParts(seen, () => {}), { dryRun: false });
  }

  #open(state: SecretState | null): OpenDrawer {
    const { instance, envelope } = this.#options;
    const drawer = new Drawer(this.target, state?.data ?? new Map());
    if (state !== null && drawer.get(MARKER) === null) drawer.set(MARKER, markerContent(instance));
    return {
      drawer,
      immutable: state?.immutable ?? false,
      generations: drawerGenerations(drawer, instance, envelope, this.#session.decoded),
      escrow: drawerEscrow(drawer, envelope),
      records: drawerRecords(drawer, instance, envelope),
    };
  }

  /** @throws Failure `vault-foreign`, `vault-newer-format` */
  #check({ data }: SecretState): void {
    const { instance } = this.#options;
    const marker = data.get(MARKER);
    const place = { instance, target: this.target, file: `${this.target}: ${MARKER}` };
    if (marker !== undefined && readMarker(marker, place) === 'present') return;
    const [stranger] = new Drawer(this.target, data).ofKind('stranger');
    if (stranger !== undefined) throw foreign(this.target, stranger.key);
  }
}
