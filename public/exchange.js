// What the tabs of this site have in common: a shared worker, which is the engine where such workers have WebGPU.
//
// Where they have not, it only puts through: the tab that has the engine says so, and whoever calls is connected with it.
// Tabs find it by engine.js. One on whom a lock depends is alive as long as that lock is held.

const life = `inkling exchange ${Date.now()} ${Math.random()}`;

/** Tabs that wait to hear what this is, and calls that wait for the engine. */
const arrived = [];
const calls = [];
let welcome = (port) => arrived.push(port);
let put = (call) => calls.push(call);
/** The tab that has the engine. */
let host = null;

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data, ports }) => {
    if (data.type === "host") host = port;
    else if (data.type === "call") put({ life: data.life, port: ports[0] });
  };
  welcome(port);
};

open();

async function open() {
  // Nobody may wait for the end of this worker before it holds what tells it.
  await new Promise((held) => {
    navigator.locks.request(life, () => {
      held();
      return new Promise(() => {});
    });
  });
  const isEngine = await hasAdapter();
  welcome = (port) => port.postMessage({ type: "here", life, isEngine });
  arrived.forEach(welcome);
  if (isEngine) {
    await start();
    put = (call) => {
      call.port.postMessage({ type: "answering", life });
      // As the worker of a tab hears it from its page.
      self.onmessage(new MessageEvent("message", connecting(call)));
    };
  } else {
    put = ({ life, port }) => host?.postMessage({ type: "connect", life }, [port]);
  }
  calls.forEach(put);
}

/** What goes wrong inside of it, it says itself; that it is not there has to be said here. */
async function start() {
  try {
    await import("./worker.js");
  } catch (error) {
    const message = `the engine could not be started; reload the page (${error.message})`;
    const failed = JSON.stringify({ type: "failed", id: null, error: { kind: "internal", message } });
    self.onmessage = ({ ports: [port] }) => {
      port.postMessage(failed);
      self.close();
    };
  }
}

function connecting({ life, port }) {
  return { data: { json: JSON.stringify({ type: "connect", life }), files: [] }, ports: [port] };
}

async function hasAdapter() {
  try {
    return Boolean(await navigator.gpu?.requestAdapter());
  } catch {
    return false;
  }
}
