import { describeVault } from '../contract/contract.ts';
import { directoryPlace } from './directory-place.ts';

describeVault('a directory', directoryPlace);
