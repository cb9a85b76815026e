// The engine under the sessions of the Prompt API: whose it is, when it is loaded, and when it goes.
//
// Must not know what is asked of it.

import { checkModel, createEngine } from "./inkling.js";

/** Pages make a session for each task; a model that nobody needs for so long goes. */
const UNLOAD_AFTER_MS = 30_000;

/** An engine of the page's: it stays when the last session is gone. */
export class GivenEngine {
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  async acquire() {
    return this.#engine;
  }

  release() {}

  forget() {}

  async availability() {
    return "available";
  }
}

/** An engine that is loaded for the first session and unloaded some time after the last. */
export class OwnEngine {
  #options;
  #loading = null;
  #loaded = null;
  #stop = null;
  #numUsers = 0;
  #unloading = null;
  #listeners = new Set();

  constructor(options) {
    this.#options = options;
  }

  /** Everybody who acquires releases. */
  async acquire(onProgress, signal) {
    clearTimeout(this.#unloading);
    this.#numUsers += 1;
    this.#listeners.add(onProgress);
    try {
      this.#loading ??= this.#load();
      return await orAborted(this.#loading, signal);
    } catch (error) {
      this.release();
      throw error;
    } finally {
      this.#listeners.delete(onProgress);
    }
  }

  release() {
    this.#numUsers -= 1;
    if (this.#numUsers === 0) this.#unloading = setTimeout(() => this.#unload(), UNLOAD_AFTER_MS);
  }

  /** An engine that has failed is not given out again. */
  forget(engine) {
    if (engine === this.#loaded) this.#loading = this.#loaded = null;
    engine.unload();
  }

  async availability() {
    if (this.#loading) return this.#loaded ? "available" : "downloading";
    const { runs, stored } = await checkModel(this.#options);
    if (!runs) return "unavailable";
    return stored === "whole" ? "available" : "downloadable";
  }

  async #load() {
    this.#stop = new AbortController();
    const onProgress = ({ loaded, total }) => {
      if (total) for (const listener of this.#listeners) listener(loaded / total);
    };
    try {
      this.#loaded = await createEngine({ ...this.#options, onProgress, signal: this.#stop.signal });
      return this.#loaded;
    } catch (error) {
      // The next session tries again.
      this.#loading = null;
      throw error;
    }
  }

  async #unload() {
    const loading = this.#loading;
    this.#loading = this.#loaded = null;
    this.#stop?.abort();
    // A load that failed has told those who waited for it.
    const engine = await loading?.catch(() => null);
    await engine?.unload();
  }
}

/** What is promised, unless the signal comes first. */
export function orAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    const settle = (action) => (value) => {
      signal.removeEventListener("abort", stop);
      action(value);
    };
    promise.then(settle(resolve), settle(reject));
  });
}
