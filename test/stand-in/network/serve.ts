import { createAdmin } from './admin.ts';
import { startNetworkDouble } from './network-double.ts';

// The container's command: TLS on 443, the proxy on 3128, the remote control on 8080. Arguments: further names.
const double = await startNetworkDouble({
  names: process.argv.slice(2),
  address: '0.0.0.0',
  port: 443,
  proxyPort: 3128,
});
const admin = createAdmin(double).listen(8080, '0.0.0.0');
process.on('SIGTERM', () => {
  admin.close();
  void double[Symbol.asyncDispose]().then(() => process.exit());
});
