import type { DescribedContainer } from '../../platform/platform.ts';

const SERVICE = 'com.docker.compose.service';
const DEPENDS_ON = 'com.docker.compose.depends_on';

export interface Dependency {
  readonly service: string;
  /** `service_started`, `service_healthy`, `service_completed_successfully`. */
  readonly condition: string;
}

/** The Compose service that a container is of; null where Compose did not make it. */
export function serviceOf({ labels }: DescribedContainer): string | null {
  return labels[SERVICE] ?? null;
}

/** What Compose 2 wrote of `depends_on`: `db:service_healthy:false,keykeeper-init:service_completed_successfully:true`. */
export function dependenciesOf({ labels }: DescribedContainer): Dependency[] {
  return (labels[DEPENDS_ON] ?? '')
    .split(',')
    .filter((each) => each !== '')
    .map((each) => {
      const [service = '', condition = ''] = each.split(':');
      return { service, condition };
    });
}
