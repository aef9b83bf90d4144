import { describeVault } from '../contract/contract.ts';
import { secretPlace } from './secret-place.ts';

describeVault('a Secret', secretPlace);
