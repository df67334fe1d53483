import { ENVIRONMENT, FAIL, NAP } from './shared.ts';
import { STEP_STATE } from './step-state.ts';

/**
 * `intendant-step-read <nonce> <stepsRoot> <stepId> <digest> <waitSeconds>`: what became of a step, after waiting that
 * long for its end.
 */
export const STEP_READ_SCRIPT = `${ENVIRONMENT}
n=$1 d=$2/$3 digest=$4 wait=$5
${FAIL}
${NAP}
${STEP_STATE}
read -r now </proc/sys/kernel/random/boot_id || fail 'the boot id cannot be read'
if [ -d "$d" ] && ! [ -r "$d" ]; then fail "$d cannot be read"; fi
ticks=0
while [ $ticks -lt $((wait * 10)) ] && ! settled; do nap; done
# Somebody may just be starting it: the folder stands, its first file not yet.
while [ $ticks -lt 50 ] && [ -d "$d" ] && [ ! -s "$d/pid" ] && [ ! -e "$d/exit" ]; do nap; done
answer`;
