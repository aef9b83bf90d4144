import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { NetworkDouble } from './network-double.ts';
import type { SceneChange } from './scene.ts';

/**
 * The double's remote control, in plain HTTP and JSON: `GET /record`, `GET /scene`, `PATCH /scene` (what is left out
 * stays), `DELETE /` (calm scene, empty record), `GET /ca.pem`, `GET /interception-ca.pem`.
 */
export function createAdmin(double: NetworkDouble): Server {
  return createServer((request, response) => {
    control(double, request).then(
      (reply) => response.writeHead(reply === null ? 404 : 200).end(reply ?? 'no such thing'),
      (error: unknown) => fail(response, error),
    );
  });
}

async function control(double: NetworkDouble, request: IncomingMessage): Promise<string | null> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /record':
      return JSON.stringify(double.record);
    case 'GET /scene':
      return JSON.stringify(double.scene);
    case 'PATCH /scene':
      double.set(JSON.parse(await text(request)) as SceneChange);
      return JSON.stringify(double.scene);
    case 'DELETE /':
      double.reset();
      return '';
    case 'GET /ca.pem':
      return double.certificates.ca;
    case 'GET /interception-ca.pem':
      return double.certificates.interceptionCa;
    default:
      return null;
  }
}

function fail(response: ServerResponse, error: unknown): void {
  response.writeHead(400).end(error instanceof Error ? error.message : String(error));
}
