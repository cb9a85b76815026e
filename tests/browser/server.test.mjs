// The server is part of what the other tests rest on: its ranges, its counts and its faults are tested here.

import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { StaticServer, rangeFromHeader } from './server.mjs';

let folder;
let server;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'inkling-server-'));
  await writeFile(path.join(folder, 'a.bin'), Buffer.from('0123456789'));
  await symlink('/etc/hostname', path.join(folder, 'link'));
  server = await new StaticServer({ '/models/': folder }).start();
});

after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  server.fault = () => null;
  server.forgetRequests();
});

const get = (name, headers = {}) => fetch(`${server.origin}/models/${name}`, { headers });

test('a range header is read as RFC 9110 says', () => {
  assert.deepEqual(rangeFromHeader('bytes=0-', 10), { start: 0, end: 10 });
  assert.deepEqual(rangeFromHeader('bytes=2-3', 10), { start: 2, end: 4 });
  assert.deepEqual(rangeFromHeader('bytes=-4', 10), { start: 6, end: 10 });
  assert.deepEqual(rangeFromHeader('bytes=8-99', 10), { start: 8, end: 10 });
  assert.equal(rangeFromHeader('bytes=10-', 10), 'impossible');
  for (const header of [undefined, 'bytes=-', 'bytes=3-2', 'bytes=0-1,4-5', 'lines=1-2']) {
    assert.equal(rangeFromHeader(header, 10), null);
  }
});

test('files, parts of files and validators', async () => {
  const whole = await get('a.bin');
  assert.equal(await whole.text(), '0123456789');
  assert.equal(whole.headers.get('access-control-allow-origin'), '*');
  const part = await get('a.bin', { Range: 'bytes=2-4' });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), 'bytes 2-4/10');
  assert.equal(await part.text(), '234');
  assert.equal((await get('a.bin', { Range: 'bytes=10-' })).status, 416);
  const known = await get('a.bin', { 'If-None-Match': whole.headers.get('etag') });
  assert.equal(known.status, 304);
  assert.equal(server.bytesSent(/a\.bin$/), 13);
  assert.equal(server.bytesSent(/b\.bin$/), 0);
});

test('nothing outside the folder is served', async () => {
  for (const name of ['link', '..%2f..%2fetc%2fhostname', '%00', '%zz', 'missing']) {
    assert.equal((await get(name)).status, 404, name);
  }
});

test('faults do what they say', async () => {
  server.fault = () => ({ kind: 'status', status: 503 });
  assert.equal((await get('a.bin')).status, 503);
  server.fault = () => ({ kind: 'html' });
  assert.match((await get('a.bin')).headers.get('content-type'), /text\/html/);
  server.fault = () => ({ kind: 'refuse' });
  await assert.rejects(get('a.bin'));
  server.fault = () => ({ kind: 'noRange' });
  assert.equal((await get('a.bin', { Range: 'bytes=2-4' })).status, 200);
  server.fault = () => ({ kind: 'cut', afterBytes: 4 });
  await assert.rejects(async () => (await get('a.bin')).text());
  server.fault = (urlPath) => (urlPath.endsWith('.bin') ? { kind: 'refuse' } : null);
  await assert.rejects(get('a.bin'));
  assert.equal((await get('other')).status, 404);
});

test('faults in what is said of a range', async () => {
  const range = { Range: 'bytes=2-6' };
  const said = async (fault) => {
    server.fault = () => fault;
    const response = await get('a.bin', range);
    const header = (name) => response.headers.get(name);
    return [response.status, header('content-range'), header('content-length'), await response.text()];
  };
  assert.deepEqual(await said(null), [206, 'bytes 2-6/10', '5', '23456']);
  assert.deepEqual(await said({ kind: 'wrongStart' }), [206, 'bytes 1-5/10', '5', '12345']);
  assert.deepEqual(await said({ kind: 'wrongTotal', byBytes: -1 }), [206, 'bytes 2-6/9', '5', '23456']);
  assert.deepEqual(await said({ kind: 'short', byBytes: 2 }), [206, 'bytes 2-6/10', '3', '234']);
  assert.deepEqual(await said({ kind: 'noLength' }), [200, null, null, '0123456789']);
  // The middle one of five with one bit flipped: '4' is 0x34.
  assert.deepEqual(await said({ kind: 'flip' }), [206, 'bytes 2-6/10', '5', '23056']);
  server.fault = () => ({ kind: 'status', status: 429, retryAfter: 3 });
  assert.equal((await get('a.bin')).headers.get('retry-after'), '3');
});

test('a body that stops, on a connection that stays', async () => {
  server.fault = () => ({ kind: 'stall', afterBytes: 4 });
  const response = await get('a.bin');
  const reader = response.body.getReader();
  assert.equal((await reader.read()).value.length, 4);
  const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'));
  assert.equal(await Promise.race([reader.read(), silence]), 'silence');
  await reader.cancel();
});

test('files in memory and routes come before the disk', async () => {
  const bytes = Buffer.from('abc');
  server.contents.set('/models/a.bin', { bytes, etag: '"1"', headers: { 'X-Linked-Size': '3' } });
  const found = await get('a.bin', { Range: 'bytes=1-' });
  assert.equal(await found.text(), 'bc');
  assert.equal(found.headers.get('x-linked-size'), '3');
  server.route = (url) => (url.pathname === '/models/a.bin' ? { status: 202, body: 'routed' } : null);
  assert.equal(await (await get('a.bin')).text(), 'routed');
  server.route = () => null;
  server.contents.clear();
  assert.equal(await (await get('a.bin')).text(), '0123456789');
});

test('after a stop nobody answers, and a start is the same host again', async () => {
  const { origin } = server;
  await server.stop();
  await assert.rejects(get('a.bin'));
  await server.start();
  assert.equal(server.origin, origin);
  assert.equal((await get('a.bin')).status, 200);
});
