import { startRemote, type Received, type RemoteFake, type Reply } from './remote-fake.ts';

export const REVIEWER_TOKEN = 'reviewer.of.tokens';
export const KUBERNETES_TOKEN = 'eyJ.pod.token';
export const KUBERNETES_USER = 'system:serviceaccount:ops:board';

/** An API server that answers TokenReviews as the real one does, audiences included, and nothing else. */
export function startTokenReview(tls: { certFile: string; keyFile: string }): Promise<RemoteFake> {
  return startRemote(review, tls);
}

function review({ method, url, headers, body }: Received): Reply {
  if (headers.authorization !== `Bearer ${REVIEWER_TOKEN}`) return failure(401, 'Unauthorized');
  if (method !== 'POST' || url.pathname !== '/apis/authentication.k8s.io/v1/tokenreviews') {
    return failure(404, 'NotFound');
  }
  const { apiVersion, kind, spec } = JSON.parse(body);
  if (apiVersion !== 'authentication.k8s.io/v1' || kind !== 'TokenReview') return failure(400, 'BadRequest');
  if (typeof spec.token !== 'string') return failure(400, 'BadRequest');
  const wanted: string[] = spec.audiences ?? ['https://kubernetes.default.svc'];
  const audiences = wanted.filter((each) => ['https://kubernetes.default.svc', 'intendant'].includes(each));
  const known = spec.token === KUBERNETES_TOKEN && audiences.length > 0;
  const status = known
    ? { authenticated: true, user: { username: KUBERNETES_USER, groups: ['system:serviceaccounts:ops'] }, audiences }
    : { user: {}, error: '[invalid bearer token, token lookup failed]' };
  return { status: 201, body: JSON.stringify({ apiVersion, kind, metadata: {}, spec, status }) };
}

function failure(code: number, reason: string): Reply {
  return { status: code, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code }) };
}
