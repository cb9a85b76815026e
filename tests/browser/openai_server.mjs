// A stand-in for a server of OpenAI's API: vLLM's list, a stream of events, and whatever goes wrong on the way.
//
// Knows nothing of pages; it says what it was asked.

import { createServer } from 'node:http';

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
};

export class OpenAiServer {
  /** Requests, without those that only ask for permission: `{ path, authorization, cookie, body }`. */
  asked = [];

  /** The one key it accepts; null accepts everybody. */
  key = null;

  /** False: as a server that was not told of other sites' pages. */
  allowsPages = true;

  models = ['large', 'small'];

  /** What it answers, a piece at a time. */
  pieces = ['The answer', ' of another', ' machine.'];

  /** 'whole', 'cut' after the first piece, 'open': the first piece, then silence, 'error' amid the answer. */
  ending = 'whole';

  /** Answers that whoever asked for went away from. */
  abandoned = 0;

  async start() {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get host() {
    return `localhost:${this.server.address().port}`;
  }

  async #answer(request, response) {
    const head = this.allowsPages ? CORS : {};
    if (request.method === 'OPTIONS') {
      response.writeHead(204, head).end();
      return;
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization = null, cookie = null } = request.headers;
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null;
    this.asked.push({ path: request.url, authorization, cookie, body });
    const json = (status, value) => {
      response.writeHead(status, { ...head, 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (this.key !== null && authorization !== `Bearer ${this.key}`) {
      json(401, { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error' } });
    } else if (request.url === '/v1/models') {
      json(200, { object: 'list', data: this.models.map((id) => ({ id, object: 'model' })) });
    } else if (request.url === '/v1/chat/completions') {
      this.#stream(response, head);
    } else {
      json(404, { detail: 'Not Found' });
    }
  }

  #stream(response, head) {
    let isWhole = false;
    response.on('close', () => {
      if (!isWhole) this.abandoned += 1;
    });
    response.writeHead(200, { ...head, 'content-type': 'text/event-stream; charset=utf-8' });
    const say = (chunk) => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    const piece = (content) => say({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    piece(this.pieces[0]);
    if (this.ending === 'cut') {
      setTimeout(() => response.destroy(), 100);
    } else if (this.ending === 'error') {
      say({ error: { message: 'CUDA out of memory' } });
      response.end();
    } else if (this.ending === 'whole') {
      this.pieces.slice(1).forEach(piece);
      say({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
      say({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 5 } });
      isWhole = true;
      response.end('data: [DONE]\n\n');
    }
  }
}
