/**
 * Services of a converge script. `switch ACTION NAME` does it, `turn ACTION NAME` does it unless it is so already and settles the
 * record. A service that was not restarted since a file of it changed is restarted when it is started and runs already.
 */
export const CONVERGE_SERVICES = `
switch() {
  case $manager in
    systemd) quiet systemctl "$1" "$2" ;;
    openrc)
      case $1 in
        enable) quiet rc-update add "$2" default ;;
        disable) quiet rc-update --all delete "$2" ;;
        *) quiet rc-service "$2" "$1" ;;
      esac ;;
    *) die 'the host runs neither systemd nor OpenRC' ;;
  esac || die "the service $2 did not $1"
}
so_already() {
  case $1 in
    enable) [ "$(enabled "$2")" = enabled ] ;;
    disable) [ "$(enabled "$2")" != enabled ] ;;
    start) running "$2" ;;
    stop) ! running "$2" ;;
  esac
}
claim() { have "$1 absent $3" || have "$1 kept $3" || note "$1 $2 $3"; }
turn() {
  if [ "$1" = start ] && have "restart due $2" && running "$2"; then switch restart "$2"
  elif ! so_already "$1" "$2"; then switch "$1" "$2"
  fi
  case $1 in
    enable) drop "enabled kept $2" ;;
    disable) drop "enabled absent $2" ;;
    start) drop "running kept $2"; drop "restart due $2" ;;
    stop) drop "running absent $2" ;;
  esac
  save
}
restart() {
  switch restart "$1"
  drop "restart due $1"
  save
}
forget_service() {
  drop "enabled absent $1"
  drop "enabled kept $1"
  drop "running absent $1"
  drop "running kept $1"
  save
}`;
