// Generated from schema/*.schema.json by `npm run generate`. Do not edit.
import type { SchemaNode } from '../schema-node.ts';

export const SCHEMAS: Record<'cluster' | 'common' | 'container-manager' | 'daemon' | 'fleet' | 'host-profile' | 'host' | 'network' | 'operation-schedule' | 'operation', SchemaNode> = {
  "cluster": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/cluster.schema.json",
    "title": "Cluster",
    "description": "Hosts that belong together: operations, budgets and validity are judged per cluster.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "Cluster",
        "description": "The kind of this document.",
        "examples": [
          "Cluster"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/ClusterSpec"
      }
    },
    "$defs": {
      "ClusterSpec": {
        "type": "object",
        "description": "What the hosts of the cluster have in common.",
        "additionalProperties": false,
        "properties": {
          "description": {
            "type": "string",
            "description": "What it is for, for people.",
            "examples": [
              "Front web servers"
            ]
          },
          "network": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "The Network that its hosts share.",
            "x-intendant-ref": "Network",
            "examples": [
              "overlay"
            ]
          },
          "containerManager": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "The ContainerManager that schedules onto its hosts.",
            "x-intendant-ref": "ContainerManager",
            "examples": [
              "kube"
            ]
          },
          "hostProfile": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "The HostProfile that its hosts have. Built in are `docker`, `docker-flannel` and `kubernetes-node`. Without it, nothing is brought to them.",
            "x-intendant-ref": "HostProfile",
            "examples": [
              "docker"
            ]
          },
          "connection": {
            "$ref": "common.schema.json#/$defs/Connection",
            "description": "How its hosts are reached, where a Host does not say otherwise.",
            "examples": [
              {
                "user": "admin",
                "hostKeys": "trust-on-first-use"
              }
            ]
          },
          "rollout": {
            "$ref": "common.schema.json#/$defs/Rollout",
            "description": "How operations roll over its hosts, where an Operation does not say otherwise.",
            "examples": [
              {
                "batches": [
                  1,
                  "25%"
                ]
              }
            ]
          },
          "hooks": {
            "$ref": "common.schema.json#/$defs/Hooks",
            "description": "Commands on helper hosts before and after the act on each of its hosts, whichever operation acts: in order before, in reverse after. What holds is frozen when an operation begins, and bound by its approval.",
            "examples": [
              [
                {
                  "name": "pool",
                  "host": "lb-1",
                  "before": {
                    "command": [
                      "/usr/local/bin/pool",
                      "disable",
                      "{host}"
                    ]
                  },
                  "after": {
                    "command": [
                      "/usr/local/bin/pool",
                      "enable",
                      "{host}"
                    ]
                  }
                }
              ]
            ]
          },
          "approval": {
            "type": "object",
            "description": "What operations on hosts of this cluster need before they begin.",
            "additionalProperties": false,
            "required": [
              "required"
            ],
            "properties": {
              "required": {
                "type": "boolean",
                "description": "Every operation that a document holds needs the approval of somebody else than its author. An Operation cannot overrule it.",
                "examples": [
                  true
                ]
              }
            },
            "examples": [
              {
                "required": true
              }
            ]
          },
          "windows": {
            "$ref": "common.schema.json#/$defs/Windows",
            "description": "When hosts of this cluster may be begun, by whichever operation. An operation's own windows must be open as well.",
            "examples": [
              [
                {
                  "name": "nightly",
                  "start": "0 22 * * 1-5",
                  "duration": "6h",
                  "timeZone": "Europe/Berlin"
                }
              ]
            ]
          },
          "maxUnhealthy": {
            "$ref": "common.schema.json#/$defs/Quantity",
            "description": "Circuit breaker: while more hosts of the cluster than this have failed, nothing disruptive begins on any of them. A number from 1, or a percentage of its hosts; those in maintenance are left out. Without it there is no breaker.",
            "examples": [
              "20%"
            ]
          },
          "alertGate": {
            "$ref": "common.schema.json#/$defs/AlertGate",
            "description": "Begins hosts of this cluster only while this query to Prometheus answers with nothing.",
            "examples": [
              {
                "url": "https://prometheus.example.org",
                "query": "ALERTS{alertstate=\"firing\"}"
              }
            ]
          },
          "freeze": {
            "$ref": "common.schema.json#/$defs/Freeze",
            "description": "Freezes this cluster.",
            "examples": [
              {
                "who": "dana@example.org",
                "why": "migration"
              }
            ]
          }
        },
        "examples": [
          {
            "description": "Front web servers"
          }
        ]
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "Cluster",
        "metadata": {
          "name": "web"
        },
        "spec": {
          "description": "Front web servers",
          "rollout": {
            "batches": [
              1,
              "25%"
            ],
            "maxUnavailable": 2
          }
        }
      }
    ]
  },
  "common": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/common.schema.json",
    "title": "Shared parts",
    "description": "Parts that several kinds use.",
    "$defs": {
      "ApiVersion": {
        "type": "string",
        "const": "intendant/v1",
        "description": "Version of the form of this document.",
        "examples": [
          "intendant/v1"
        ]
      },
      "Name": {
        "type": "string",
        "pattern": "^(?!.*\\.\\.)[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$",
        "description": "1 to 63 small letters, digits, `-` and `.`, beginning and ending with a letter or digit, without `..`.",
        "examples": [
          "web-1"
        ],
        "x-intendant-form": "a name of 1 to 63 small letters, digits, `-` and `.`"
      },
      "Metadata": {
        "type": "object",
        "description": "Identity of the document.",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/Name",
            "description": "Name of the object, unique among those of its kind: 1 to 63 small letters, digits, `-` and `.`.",
            "examples": [
              "web-1"
            ]
          },
          "labels": {
            "$ref": "#/$defs/StringMap",
            "description": "Words to select by.",
            "examples": [
              {
                "role": "web",
                "zone": "a"
              }
            ]
          },
          "annotations": {
            "$ref": "#/$defs/StringMap",
            "description": "Notes for people and programs; Intendant does not read them.",
            "examples": [
              {
                "contact": "ops@example.org"
              }
            ]
          }
        },
        "examples": [
          {
            "name": "web-1",
            "labels": {
              "role": "web"
            }
          }
        ]
      },
      "StringMap": {
        "type": "object",
        "description": "Names with a text each.",
        "additionalProperties": {
          "type": "string",
          "description": "A text; put numbers and true or false in quotes."
        },
        "examples": [
          {
            "role": "web"
          }
        ]
      },
      "Duration": {
        "type": "string",
        "pattern": "^([0-9]+(ms|s|m|h|d))+$",
        "description": "A duration: one or more numbers with a unit (ms, s, m, h, d).",
        "examples": [
          "30s",
          "1h30m"
        ],
        "x-intendant-form": "a duration such as 30s or 1h30m"
      },
      "Quantity": {
        "type": [
          "integer",
          "string"
        ],
        "minimum": 1,
        "pattern": "^(100|[1-9][0-9]?)%$",
        "description": "A number of hosts from 1, or a percentage of all hosts concerned from 1% to 100%, rounded down but never below one host.",
        "examples": [
          2,
          "25%"
        ],
        "x-intendant-form": "a number from 1 or a percentage from 1% to 100%"
      },
      "Timestamp": {
        "type": "string",
        "format": "date-time",
        "description": "A moment in RFC 3339 form, with its zone.",
        "examples": [
          "2027-01-04T08:00:00Z"
        ],
        "x-intendant-form": "a moment such as 2027-01-04T08:00:00Z"
      },
      "PublicKey": {
        "type": "string",
        "pattern": "^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]+={0,3}( [^\\r\\n]*)?$",
        "description": "A public key in the form of a known_hosts or .pub file: its type, then base64.",
        "examples": [
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEa9uKS9bGvTHYxZPBHUeVNV9EF8HkNvvDFf0FSDoPv"
        ],
        "x-intendant-form": "a public key such as `ssh-ed25519 AAAA…`"
      },
      "Freeze": {
        "type": "object",
        "description": "While it stands, nothing disruptive starts. Work that has begun on a host is first brought to its end.",
        "additionalProperties": false,
        "required": [
          "who",
          "why"
        ],
        "properties": {
          "who": {
            "type": "string",
            "minLength": 1,
            "description": "Who froze it: a person or a team to ask.",
            "examples": [
              "dana@example.org"
            ]
          },
          "why": {
            "type": "string",
            "minLength": 1,
            "description": "The reason, shown wherever something waits for it.",
            "examples": [
              "Black Friday"
            ]
          },
          "until": {
            "$ref": "#/$defs/Timestamp",
            "description": "The moment at which it ends by itself; without it, it stands until it is removed.",
            "examples": [
              "2027-01-04T08:00:00Z"
            ]
          }
        },
        "examples": [
          {
            "who": "dana@example.org",
            "why": "Black Friday",
            "until": "2027-01-04T08:00:00Z"
          }
        ]
      },
      "Connection": {
        "type": "object",
        "description": "How hosts are reached over SSH. A Host's own field goes before its Cluster's, which goes before the Fleet's.",
        "additionalProperties": false,
        "properties": {
          "user": {
            "$ref": "#/$defs/User",
            "description": "User to log in as; commands run through `sudo -n` when it is not root.",
            "default": "root",
            "x-intendant-inherited": true,
            "examples": [
              "admin"
            ]
          },
          "port": {
            "$ref": "#/$defs/Port",
            "description": "TCP port of the SSH server.",
            "default": 22,
            "x-intendant-inherited": true,
            "examples": [
              22
            ]
          },
          "identity": {
            "$ref": "#/$defs/Name",
            "description": "Name of the SSH identity in the daemon's configuration; keys themselves never stand in this repository.",
            "default": "default",
            "x-intendant-inherited": true,
            "examples": [
              "default"
            ]
          },
          "jumpHost": {
            "$ref": "#/$defs/Name",
            "x-intendant-ref": "Host",
            "description": "Name of the Host through which the others are reached. The jump host itself ignores it.",
            "examples": [
              "bastion"
            ]
          },
          "hostKeys": {
            "type": "string",
            "enum": [
              "pinned",
              "trust-on-first-use"
            ],
            "description": "`pinned`: only keys that the Host or the daemon's known_hosts file names. `trust-on-first-use`: the key of the first connection is recorded, and from then on it is pinned.",
            "default": "pinned",
            "x-intendant-inherited": true,
            "examples": [
              "trust-on-first-use"
            ]
          }
        },
        "examples": [
          {
            "user": "admin",
            "port": 22,
            "jumpHost": "bastion"
          }
        ]
      },
      "User": {
        "type": "string",
        "pattern": "^[A-Za-z_][A-Za-z0-9_.-]{0,31}$",
        "description": "A login name of at most 32 letters, digits, `_`, `.` and `-`, not beginning with a digit, `.` or `-`.",
        "examples": [
          "admin"
        ],
        "x-intendant-form": "a login name"
      },
      "Port": {
        "type": "integer",
        "minimum": 1,
        "maximum": 65535,
        "description": "A TCP port.",
        "examples": [
          22
        ]
      },
      "Rollout": {
        "type": "object",
        "description": "How many hosts at a time, and what stops it. An Operation's own field goes before its Cluster's.",
        "additionalProperties": false,
        "properties": {
          "batches": {
            "type": [
              "integer",
              "string",
              "array"
            ],
            "minimum": 1,
            "pattern": "^(100|[1-9][0-9]?)%$",
            "minItems": 1,
            "items": {
              "$ref": "#/$defs/Quantity"
            },
            "description": "Sizes of the batches: a number of hosts, a percentage from 1% to 100%, or a list of these. The last size repeats until all hosts are done.",
            "default": 1,
            "x-intendant-inherited": true,
            "examples": [
              [
                1,
                5,
                "25%"
              ]
            ],
            "x-intendant-form": "a number from 1, a percentage from 1% to 100%, or a list of these"
          },
          "maxUnavailable": {
            "$ref": "#/$defs/Quantity",
            "description": "Most hosts of the selection that may be unavailable at once, whoever made them so: a number from 1 or a percentage from 1% to 100%. Without it: the size of the largest batch.",
            "examples": [
              1
            ]
          },
          "maxFailures": {
            "type": "integer",
            "minimum": 0,
            "description": "How many hosts may fail in the whole operation before it stops. 0 stops at the first failure.",
            "default": 0,
            "x-intendant-inherited": true,
            "examples": [
              2
            ]
          },
          "canary": {
            "type": "boolean",
            "description": "The first batch must succeed whole, whatever maxFailures allows: a host of it that fails, or is skipped, ends the operation.",
            "default": false,
            "x-intendant-inherited": true,
            "examples": [
              true
            ]
          },
          "minHealthyTime": {
            "$ref": "#/$defs/Duration",
            "description": "How long the hosts of a batch must stay healthy before the next batch starts.",
            "default": "0s",
            "x-intendant-inherited": true,
            "examples": [
              "2m"
            ]
          },
          "pauseAfter": {
            "type": "integer",
            "minimum": 1,
            "x-intendant-mutable": true,
            "description": "Stop after this many batches until a commit raises or removes it, so that a person can look.",
            "examples": [
              1
            ]
          },
          "overrun": {
            "type": "string",
            "enum": [
              "hold",
              "host",
              "finish"
            ],
            "description": "What becomes of an operation whose maintenance windows close. `host`: hosts in hand are finished, no further one is begun. `hold`: besides, no host is begun whose timeouts could reach past the end. `finish`: an operation that has begun goes on to its end; but nothing is begun in a deny window.",
            "default": "host",
            "x-intendant-inherited": true,
            "examples": [
              "hold"
            ]
          }
        },
        "examples": [
          {
            "batches": [
              1,
              "25%"
            ],
            "maxUnavailable": 2,
            "maxFailures": 1
          }
        ]
      },
      "Check": {
        "type": "object",
        "description": "A command that runs on the host and passes when it exits with 0. It may run any number of times, so it must change nothing.",
        "additionalProperties": false,
        "required": [
          "command"
        ],
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "description": "What it is called in status; without it, the command itself.",
            "examples": [
              "nginx answers"
            ]
          },
          "command": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "string",
              "description": "One word of the command.",
              "examples": [
                "curl"
              ]
            },
            "description": "The command word by word; no shell reads it.",
            "examples": [
              [
                "systemctl",
                "is-active",
                "--quiet",
                "nginx"
              ]
            ]
          },
          "timeout": {
            "$ref": "#/$defs/Duration",
            "description": "How long one run may take before it counts as failed.",
            "default": "30s",
            "examples": [
              "10s"
            ]
          },
          "retries": {
            "type": "integer",
            "minimum": 0,
            "description": "How often it is run again before the host counts as failed.",
            "default": 0,
            "examples": [
              5
            ]
          },
          "interval": {
            "$ref": "#/$defs/Duration",
            "description": "The pause between two runs.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "name": "nginx answers",
            "command": [
              "curl",
              "-fsS",
              "http://localhost/health"
            ],
            "retries": 5
          }
        ]
      },
      "Window": {
        "type": "object",
        "description": "A stretch of time that begins again and again: at each start it opens, for a duration of real time. A start that the clocks skip when they are put forward happens in that moment; one that they show twice happens the first time only, unless the hour field begins with `*`.",
        "additionalProperties": false,
        "required": [
          "start",
          "duration"
        ],
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "What it is called where something waits for it.",
            "examples": [
              "nightly"
            ]
          },
          "start": {
            "type": "string",
            "format": "cron",
            "maxLength": 200,
            "description": "When it opens, as cron writes it: minute, hour, day of month, month, day of week. Read on the clocks of `timeZone`.",
            "examples": [
              "0 22 * * 1-5"
            ],
            "x-intendant-form": "a cron expression of five fields that comes true at some time, such as `0 22 * * 1-5`"
          },
          "duration": {
            "type": "string",
            "format": "window-length",
            "description": "How long it stays open, in real time: on the night on which the clocks are put forward, four hours from 23:00 end at 04:00. From one minute to 60 days.",
            "examples": [
              "4h"
            ],
            "x-intendant-form": "a duration from 1m to 60d such as 4h"
          },
          "timeZone": {
            "type": "string",
            "format": "time-zone",
            "description": "IANA name of the zone whose clocks `start` is read on.",
            "default": "UTC",
            "examples": [
              "Europe/Berlin"
            ],
            "x-intendant-form": "the IANA name of a time zone such as Europe/Berlin"
          },
          "kind": {
            "type": "string",
            "enum": [
              "allow",
              "deny"
            ],
            "description": "`allow`: hosts may be begun while it is open. `deny`: none may, whatever else is open.",
            "default": "allow",
            "examples": [
              "deny"
            ]
          }
        },
        "examples": [
          {
            "name": "nightly",
            "start": "0 22 * * 1-5",
            "duration": "6h",
            "timeZone": "Europe/Berlin"
          }
        ]
      },
      "Windows": {
        "type": "array",
        "maxItems": 20,
        "x-intendant-form": "a list of at most 20 windows",
        "description": "When hosts may be begun. Deny windows go before allow windows; without an allow window it is always, except in a deny window. Without the list: always.",
        "items": {
          "$ref": "#/$defs/Window"
        },
        "examples": [
          [
            {
              "name": "nightly",
              "start": "0 22 * * 1-5",
              "duration": "6h",
              "timeZone": "Europe/Berlin"
            },
            {
              "name": "closing",
              "start": "0 0 28 * *",
              "duration": "3d",
              "kind": "deny"
            }
          ]
        ]
      },
      "Approval": {
        "type": "object",
        "description": "Whether somebody else than its author has to approve an operation before it begins, and the approval.",
        "additionalProperties": false,
        "properties": {
          "required": {
            "type": "boolean",
            "description": "Waits for an approval before it begins. A Cluster that requires one cannot be overruled by an Operation.",
            "default": false,
            "examples": [
              true
            ]
          },
          "digest": {
            "type": "string",
            "description": "The approval: the digest of what is approved, as `intendant plan` and the status show it. It counts when the commit in which it appeared is not by an author of what it approves.",
            "pattern": "^[0-9a-f]{64}$",
            "examples": [
              "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
            ],
            "x-intendant-form": "a digest of 64 hexadecimal digits"
          }
        },
        "examples": [
          {
            "required": true
          }
        ]
      },
      "AlertGate": {
        "type": "object",
        "description": "A question to Prometheus whose answer must be empty before any host is begun. No answer, an error, a slow or an unreadable answer count as alerts.",
        "additionalProperties": false,
        "required": [
          "url",
          "query"
        ],
        "properties": {
          "url": {
            "type": "string",
            "format": "http-url",
            "description": "Address of the Prometheus server, without `/api/v1/query`.",
            "examples": [
              "https://prometheus.example.org"
            ],
            "x-intendant-form": "an http or https URL without credentials in it",
            "x-intendant-quiet": true
          },
          "query": {
            "type": "string",
            "minLength": 1,
            "maxLength": 4096,
            "description": "An instant query whose answer is a vector; every series in it keeps the gate closed.",
            "examples": [
              "ALERTS{alertstate=\"firing\", severity=\"critical\"}"
            ]
          },
          "timeout": {
            "$ref": "#/$defs/Duration",
            "description": "How long an answer may take; never more than 20 seconds.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "url": "https://prometheus.example.org",
            "query": "ALERTS{alertstate=\"firing\", severity=\"critical\"}"
          }
        ]
      },
      "Hooks": {
        "type": "array",
        "description": "Commands on helper hosts before and after the act on each host.",
        "items": {
          "$ref": "#/$defs/Hook"
        },
        "examples": [
          [
            {
              "name": "pool",
              "host": "lb-1",
              "before": {
                "command": [
                  "/usr/local/bin/pool",
                  "disable",
                  "{host}"
                ]
              },
              "after": {
                "command": [
                  "/usr/local/bin/pool",
                  "enable",
                  "{host}"
                ]
              }
            }
          ]
        ]
      },
      "Hook": {
        "type": "object",
        "description": "Takes each host out of service before it is acted on and puts it back afterwards, by commands on a helper host.",
        "additionalProperties": false,
        "required": [
          "name",
          "host",
          "before",
          "after"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/Name",
            "description": "What people call it in plans and outcomes.",
            "examples": [
              "pool"
            ]
          },
          "host": {
            "$ref": "#/$defs/Name",
            "description": "The Host that the commands run on, as root: a load balancer, or wherever its tool is.",
            "x-intendant-ref": "Host",
            "examples": [
              "lb-1"
            ]
          },
          "before": {
            "type": "object",
            "description": "Takes a host out. When it fails the host is not touched and counts as failed.",
            "additionalProperties": false,
            "required": [
              "command"
            ],
            "properties": {
              "command": {
                "type": "array",
                "minItems": 1,
                "description": "Program and arguments; never read by a shell. Runs at most once for each host and round.",
                "items": {
                  "type": "string",
                  "minLength": 1,
                  "description": "One word. `{host}` and `{address}` in it stand for the name and the address of the host that is acted on.",
                  "examples": [
                    "{host}"
                  ]
                },
                "examples": [
                  [
                    "/usr/local/bin/pool",
                    "disable",
                    "{host}"
                  ]
                ]
              },
              "timeout": {
                "$ref": "#/$defs/Duration",
                "description": "How long the command may take; then it is killed and has failed.",
                "default": "2m",
                "examples": [
                  "30s"
                ]
              },
              "alreadyOutExitCode": {
                "type": "integer",
                "minimum": 1,
                "maximum": 255,
                "description": "With this exit code the command says that the host was out before and that it changed nothing: then `after` is not run for it. Without it only 0 counts as done.",
                "examples": [
                  42
                ]
              }
            },
            "examples": [
              {
                "command": [
                  "/usr/local/bin/pool",
                  "disable",
                  "{host}"
                ],
                "timeout": "30s"
              }
            ]
          },
          "after": {
            "type": "object",
            "description": "Puts a host back that `before` took out, once it is proven and its checks pass. A host that failed stays out.",
            "additionalProperties": false,
            "required": [
              "command"
            ],
            "properties": {
              "command": {
                "type": "array",
                "minItems": 1,
                "description": "Program and arguments; never read by a shell.",
                "items": {
                  "type": "string",
                  "minLength": 1,
                  "description": "One word. `{host}` and `{address}` in it stand for the name and the address of the host that is acted on.",
                  "examples": [
                    "{host}"
                  ]
                },
                "examples": [
                  [
                    "/usr/local/bin/pool",
                    "enable",
                    "{host}"
                  ]
                ]
              },
              "timeout": {
                "$ref": "#/$defs/Duration",
                "description": "How long the command may take; then it is killed and has failed.",
                "default": "2m",
                "examples": [
                  "30s"
                ]
              }
            },
            "examples": [
              {
                "command": [
                  "/usr/local/bin/pool",
                  "enable",
                  "{host}"
                ]
              }
            ]
          }
        },
        "examples": [
          {
            "name": "pool",
            "host": "lb-1",
            "before": {
              "command": [
                "/usr/local/bin/pool",
                "disable",
                "{host}"
              ]
            },
            "after": {
              "command": [
                "/usr/local/bin/pool",
                "enable",
                "{host}"
              ]
            }
          }
        ]
      }
    }
  },
  "container-manager": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/container-manager.schema.json",
    "title": "ContainerManager",
    "description": "A scheduler of containers onto the hosts of a cluster.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "ContainerManager",
        "description": "The kind of this document.",
        "examples": [
          "ContainerManager"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/ContainerManagerSpec"
      }
    },
    "$defs": {
      "ContainerManagerSpec": {
        "type": "object",
        "description": "Where it is and how one logs in. Secrets are named, never written here.",
        "additionalProperties": false,
        "required": [
          "type"
        ],
        "if": {
          "required": [
            "type"
          ],
          "properties": {
            "type": {
              "enum": [
                "kubernetes",
                "openshift"
              ]
            }
          }
        },
        "then": {
          "required": [
            "server"
          ]
        },
        "properties": {
          "type": {
            "type": "string",
            "enum": [
              "kubernetes",
              "openshift",
              "trivial"
            ],
            "description": "`trivial` is a manager that does nothing, for clusters without one.",
            "examples": [
              "kubernetes"
            ]
          },
          "server": {
            "type": "string",
            "description": "https URL of its API; required unless it is trivial.",
            "format": "https-url",
            "examples": [
              "https://10.20.0.2:6443"
            ],
            "x-intendant-form": "an https URL without credentials in it",
            "x-intendant-quiet": true
          },
          "tokenFrom": {
            "type": "object",
            "description": "Where the daemon finds the bearer token: exactly one of these.",
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
              "env": {
                "type": "string",
                "description": "Name of an environment variable of the daemon.",
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                "examples": [
                  "KUBE_TOKEN"
                ],
                "x-intendant-form": "the name of an environment variable",
                "x-intendant-quiet": true
              },
              "file": {
                "type": "string",
                "description": "Absolute path of a file on the daemon's machine.",
                "pattern": "^/",
                "examples": [
                  "/etc/intendant/kube.token"
                ],
                "x-intendant-form": "an absolute path",
                "x-intendant-quiet": true
              }
            },
            "examples": [
              {
                "file": "/etc/intendant/kube.token"
              }
            ]
          },
          "clientCertificateFrom": {
            "type": "object",
            "description": "Where the daemon finds its client certificate.",
            "additionalProperties": false,
            "required": [
              "certificateFile",
              "keyFile"
            ],
            "properties": {
              "certificateFile": {
                "type": "string",
                "description": "Absolute path of the certificate in PEM form.",
                "pattern": "^/",
                "examples": [
                  "/etc/intendant/kube.crt"
                ],
                "x-intendant-form": "an absolute path",
                "x-intendant-quiet": true
              },
              "keyFile": {
                "type": "string",
                "description": "Absolute path of its private key in PEM form.",
                "pattern": "^/",
                "examples": [
                  "/etc/intendant/kube.key"
                ],
                "x-intendant-form": "an absolute path",
                "x-intendant-quiet": true
              }
            },
            "examples": [
              {
                "certificateFile": "/etc/intendant/kube.crt",
                "keyFile": "/etc/intendant/kube.key"
              }
            ]
          },
          "caFile": {
            "type": "string",
            "description": "Absolute path of the certificate authority to trust, in PEM form. Without it: those of the system.",
            "pattern": "^/",
            "examples": [
              "/etc/intendant/kube-ca.crt"
            ],
            "x-intendant-form": "an absolute path",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "type": "trivial"
          }
        ]
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "ContainerManager",
        "metadata": {
          "name": "kube"
        },
        "spec": {
          "type": "kubernetes",
          "server": "https://10.20.0.2:6443",
          "tokenFrom": {
            "file": "/etc/intendant/kube.token"
          }
        }
      }
    ]
  },
  "daemon": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/daemon.schema.json",
    "title": "Daemon",
    "description": "The daemon's own configuration: `/etc/intendant/intendant.yaml` on its machine, or a part of it in another source, not a document of the config repository.",
    "$ref": "#/$defs/DaemonConfig",
    "$defs": {
      "DaemonAuth": {
        "type": "object",
        "description": "How the daemon logs in to a git repository. Secrets are named by file or environment variable.",
        "additionalProperties": false,
        "properties": {
          "username": {
            "type": "string",
            "description": "User name for basic credentials; `git` where only a token is given.",
            "examples": [
              "git"
            ]
          },
          "passwordFile": {
            "type": "string",
            "description": "File that holds the password.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/git.password"
            ]
          },
          "passwordEnv": {
            "type": "string",
            "description": "Environment variable that holds the password.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "GIT_PASSWORD"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          },
          "tokenFile": {
            "type": "string",
            "description": "File that holds a token.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/git.token"
            ]
          },
          "tokenEnv": {
            "type": "string",
            "description": "Environment variable that holds a token.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "GIT_TOKEN"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          },
          "keyFile": {
            "type": "string",
            "description": "SSH private key (a deploy key).",
            "minLength": 1,
            "examples": [
              "/etc/intendant/deploy.key"
            ]
          },
          "keyEnv": {
            "type": "string",
            "description": "Environment variable that holds an SSH private key.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "DEPLOY_KEY"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          },
          "agent": {
            "type": "boolean",
            "description": "Use the SSH agent that `SSH_AUTH_SOCK` names.",
            "default": false,
            "examples": [
              true
            ]
          },
          "hostKeys": {
            "type": "array",
            "description": "Public keys that the git server may show.",
            "items": {
              "$ref": "common.schema.json#/$defs/PublicKey"
            },
            "minItems": 1,
            "examples": [
              [
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEa9uKS9bGvTHYxZPBHUeVNV9EF8HkNvvDFf0FSDoPv"
              ]
            ]
          },
          "knownHostsFile": {
            "type": "string",
            "description": "known_hosts file with the git server's key.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/known_hosts"
            ]
          }
        },
        "examples": [
          {
            "tokenFile": "/etc/intendant/git.token"
          }
        ]
      },
      "DaemonProxyAuth": {
        "type": "object",
        "description": "How the daemon logs in to the proxy. The password is read anew at each connection.",
        "additionalProperties": false,
        "required": [
          "username"
        ],
        "properties": {
          "username": {
            "type": "string",
            "description": "User name at the proxy.",
            "minLength": 1,
            "pattern": "^[^:]*$",
            "examples": [
              "intendant"
            ],
            "x-intendant-form": "a text without a colon"
          },
          "passwordFile": {
            "type": "string",
            "description": "File that holds the password.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/proxy.password"
            ]
          },
          "passwordEnv": {
            "type": "string",
            "description": "Environment variable that holds the password.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "PROXY_PASSWORD"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "username": "intendant",
            "passwordFile": "/etc/intendant/proxy.password"
          }
        ]
      },
      "DaemonSignatures": {
        "type": "object",
        "description": "Whose signatures on commits are believed; without it none is looked at. At least one of the files is named. Both are read again at each look at the repository. Where this stands, an operation is approved by the signer of a commit.",
        "additionalProperties": false,
        "properties": {
          "required": {
            "type": "boolean",
            "description": "Refuse a revision unless every commit that is new since the accepted one is signed by an allowed signer. `false`: only approvals look at signatures.",
            "default": true,
            "examples": [
              true
            ]
          },
          "allowedSignersFile": {
            "type": "string",
            "description": "Who may sign with which SSH key, in the format that `gpg.ssh.allowedSignersFile` of git has (ALLOWED SIGNERS in `man ssh-keygen`), without certificate authorities and patterns.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/allowed_signers"
            ]
          },
          "openpgpKeysFile": {
            "type": "string",
            "description": "OpenPGP public keys that may sign, as `gpg --armor --export` writes them.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/signers.asc"
            ]
          },
          "forgeSigners": {
            "type": "array",
            "description": "Signers among them who sign for others, as a forge does for merges and edits on its pages: a principal, an e-mail address of an OpenPGP user id, or a fingerprint. Their signature lets a revision pass, and neither approves nor names an author.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "default": [],
            "examples": [
              [
                "noreply@github.com"
              ]
            ]
          }
        },
        "examples": [
          {
            "allowedSignersFile": "/etc/intendant/allowed_signers"
          }
        ]
      },
      "DaemonRepository": {
        "type": "object",
        "description": "The config repository.",
        "additionalProperties": false,
        "required": [
          "url"
        ],
        "properties": {
          "url": {
            "type": "string",
            "description": "https URL, `ssh://` URL, `user@host:path`, or a local path.",
            "format": "git-url",
            "examples": [
              "https://git.example.org/ops/fleet.git"
            ],
            "x-intendant-form": "an https or ssh URL, `user@host:path` or a local path, without credentials in it",
            "x-intendant-quiet": true
          },
          "branch": {
            "type": "string",
            "description": "The branch that says what should be.",
            "default": "main",
            "minLength": 1,
            "examples": [
              "main"
            ]
          },
          "path": {
            "type": "string",
            "description": "Folder below the repository's root that is read; empty reads all.",
            "default": "",
            "pattern": "^(?!/)(?!(.*/)?\\.\\.(/|$))",
            "examples": [
              "fleets/prod"
            ],
            "x-intendant-form": "a path below the repository's root"
          },
          "auth": {
            "$ref": "#/$defs/DaemonAuth"
          },
          "caFile": {
            "type": "string",
            "description": "Certificate authority of the git server, in PEM form.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/git-ca.crt"
            ]
          },
          "proxy": {
            "type": "string",
            "description": "Proxy through which the https server is reached, with `CONNECT`; `direct` for none. Without it: that of `HTTPS_PROXY` or `ALL_PROXY`, unless `NO_PROXY` names the server.",
            "format": "proxy-url",
            "examples": [
              "http://proxy.example.org:3128"
            ],
            "x-intendant-form": "an http or https URL of a host and port, without credentials in it, or `direct`",
            "x-intendant-quiet": true
          },
          "proxyAuth": {
            "$ref": "#/$defs/DaemonProxyAuth"
          },
          "signatures": {
            "$ref": "#/$defs/DaemonSignatures"
          },
          "poll": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How often the remote is asked whether the branch moved.",
            "default": "30s",
            "examples": [
              "30s"
            ]
          }
        },
        "examples": [
          {
            "url": "https://git.example.org/ops/fleet.git"
          }
        ]
      },
      "DaemonStatus": {
        "type": "object",
        "description": "Where status commits are pushed, when not to the config repository. The branch stands in the Fleet.",
        "additionalProperties": false,
        "properties": {
          "url": {
            "type": "string",
            "description": "As `repository.url`; without it, that one.",
            "format": "git-url",
            "examples": [
              "https://git.example.org/ops/fleet-status.git"
            ],
            "x-intendant-form": "an https or ssh URL, `user@host:path` or a local path, without credentials in it",
            "x-intendant-quiet": true
          },
          "auth": {
            "$ref": "#/$defs/DaemonAuth",
            "description": "As `repository.auth`; without it, that one. A credential that may write only here is safer."
          },
          "caFile": {
            "type": "string",
            "description": "As `repository.caFile`.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/git-ca.crt"
            ]
          },
          "proxy": {
            "type": "string",
            "description": "As `repository.proxy`; without it, that one.",
            "format": "proxy-url",
            "examples": [
              "http://proxy.example.org:3128"
            ],
            "x-intendant-form": "an http or https URL of a host and port, without credentials in it, or `direct`",
            "x-intendant-quiet": true
          },
          "proxyAuth": {
            "$ref": "#/$defs/DaemonProxyAuth"
          }
        },
        "examples": [
          {
            "auth": {
              "tokenFile": "/etc/intendant/status.token"
            }
          }
        ]
      },
      "DaemonEtcd": {
        "type": "object",
        "description": "An etcd cluster.",
        "additionalProperties": false,
        "required": [
          "endpoints"
        ],
        "properties": {
          "endpoints": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "string",
              "description": "URL of a member.",
              "minLength": 1,
              "examples": [
                "https://10.20.0.2:2379"
              ]
            },
            "description": "URLs of the members.",
            "examples": [
              [
                "https://10.20.0.2:2379"
              ]
            ]
          },
          "caFile": {
            "type": "string",
            "description": "Certificate authority, in PEM form.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/etcd-ca.crt"
            ]
          },
          "certFile": {
            "type": "string",
            "description": "Client certificate, in PEM form.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/etcd.crt"
            ]
          },
          "keyFile": {
            "type": "string",
            "description": "Key of the client certificate, in PEM form.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/etcd.key"
            ]
          },
          "username": {
            "type": "string",
            "description": "etcd user.",
            "examples": [
              "intendant"
            ]
          },
          "passwordFile": {
            "type": "string",
            "description": "File that holds the etcd user's password.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/etcd.password"
            ]
          },
          "passwordEnv": {
            "type": "string",
            "description": "Environment variable that holds it.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "ETCD_PASSWORD"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "endpoints": [
              "https://10.20.0.2:2379"
            ]
          }
        ]
      },
      "DaemonStore": {
        "type": "object",
        "description": "Where live state is kept. Without `etcd`: an embedded store in the state folder.",
        "additionalProperties": false,
        "properties": {
          "etcd": {
            "$ref": "#/$defs/DaemonEtcd"
          }
        },
        "examples": [
          {
            "etcd": {
              "endpoints": [
                "https://10.20.0.2:2379"
              ]
            }
          }
        ]
      },
      "SshIdentity": {
        "type": "object",
        "description": "A way to log in to hosts: one of `keyFile`, `keyEnv` and `agent`.",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
          "keyFile": {
            "type": "string",
            "description": "SSH private key.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/fleet.key"
            ]
          },
          "keyEnv": {
            "type": "string",
            "description": "Environment variable that holds an SSH private key.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "FLEET_KEY"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          },
          "agent": {
            "type": "boolean",
            "description": "Use the SSH agent that `SSH_AUTH_SOCK` names.",
            "default": false,
            "examples": [
              true
            ]
          },
          "passphraseEnv": {
            "type": "string",
            "description": "Environment variable that holds the key's passphrase.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "FLEET_KEY_PASSPHRASE"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          },
          "sudoPasswordFile": {
            "type": "string",
            "description": "File with the password that `sudo` asks of the user on hosts; read anew at each use. Without it and `sudoPasswordEnv`, sudo must not ask for one.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/sudo-password"
            ]
          },
          "sudoPasswordEnv": {
            "type": "string",
            "description": "Environment variable that holds the password that `sudo` asks of the user on hosts.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "FLEET_SUDO_PASSWORD"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "keyFile": "/etc/intendant/fleet.key"
          }
        ]
      },
      "DaemonSsh": {
        "type": "object",
        "description": "How the daemon speaks to hosts.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "identities": {
            "type": "object",
            "description": "Identities by the name that Hosts, Clusters and the Fleet use.",
            "additionalProperties": {
              "$ref": "#/$defs/SshIdentity"
            },
            "propertyNames": {
              "$ref": "common.schema.json#/$defs/Name"
            },
            "default": {},
            "examples": [
              {
                "default": {
                  "keyFile": "/etc/intendant/fleet.key"
                }
              }
            ]
          },
          "knownHostsFile": {
            "type": "string",
            "description": "known_hosts file with keys of hosts.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/known_hosts"
            ]
          },
          "maxConcurrentStarts": {
            "type": "integer",
            "description": "How many connections may be in their handshake at once.",
            "minimum": 1,
            "maximum": 1000,
            "default": 20,
            "examples": [
              20
            ]
          },
          "connectTimeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long a connection may take to stand.",
            "default": "10s",
            "examples": [
              "10s"
            ]
          },
          "dialMap": {
            "type": "object",
            "description": "Dial another `address:port` than the one that a Host names, for tests and demonstrations.",
            "additionalProperties": {
              "type": "string",
              "description": "The `address:port` that is dialled.",
              "format": "host-port",
              "examples": [
                "127.0.0.1:2201"
              ],
              "x-intendant-form": "`host:port`"
            },
            "default": {},
            "examples": [
              {
                "10.20.0.11:22": "127.0.0.1:2201"
              }
            ]
          },
          "hostKeyMap": {
            "type": "object",
            "description": "Public keys by `address:port`, for tests and demonstrations.",
            "additionalProperties": {
              "type": "array",
              "description": "Keys that may be shown.",
              "items": {
                "$ref": "common.schema.json#/$defs/PublicKey"
              }
            },
            "default": {},
            "examples": [
              {
                "10.20.0.11:22": [
                  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEa9uKS9bGvTHYxZPBHUeVNV9EF8HkNvvDFf0FSDoPv"
                ]
              }
            ]
          },
          "stepsRoot": {
            "type": "string",
            "description": "Folder on hosts where steps are recorded. Without it: /var/lib/intendant/<fleet>/steps.",
            "pattern": "^/",
            "examples": [
              "/var/lib/intendant/prod/steps"
            ],
            "x-intendant-form": "an absolute path"
          }
        },
        "examples": [
          {
            "identities": {
              "default": {
                "keyFile": "/etc/intendant/fleet.key"
              }
            }
          }
        ]
      },
      "DaemonConfig": {
        "type": "object",
        "description": "The daemon's own configuration, a file on its machine.",
        "additionalProperties": false,
        "required": [
          "apiVersion",
          "kind",
          "fleet",
          "state",
          "repository"
        ],
        "properties": {
          "apiVersion": {
            "$ref": "common.schema.json#/$defs/ApiVersion"
          },
          "kind": {
            "type": "string",
            "const": "Daemon",
            "description": "The kind of this document.",
            "examples": [
              "Daemon"
            ]
          },
          "fleet": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "Name of the fleet: part of store keys and of folders on hosts. Never change it.",
            "examples": [
              "prod"
            ]
          },
          "state": {
            "type": "string",
            "description": "Folder for the clone, the cache, the embedded store and the socket.",
            "minLength": 1,
            "examples": [
              "/var/lib/intendant"
            ]
          },
          "repository": {
            "$ref": "#/$defs/DaemonRepository"
          },
          "status": {
            "$ref": "#/$defs/DaemonStatus",
            "default": {}
          },
          "store": {
            "$ref": "#/$defs/DaemonStore",
            "default": {}
          },
          "ssh": {
            "$ref": "#/$defs/DaemonSsh",
            "default": {}
          },
          "drain": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long a daemon that is asked to stop waits for the steps in hand; what lasts longer goes on at its host and is taken up at the next start.",
            "default": "5s",
            "examples": [
              "5s",
              "30s"
            ]
          },
          "haltFile": {
            "type": "string",
            "description": "A file that halts the fleet by being there: no step begins until it is removed. Its first line is the reason. Obeyed within a second, without git and without the store.",
            "default": "/etc/intendant/halt",
            "minLength": 1,
            "examples": [
              "/etc/intendant/halt"
            ]
          },
          "clock": {
            "$ref": "#/$defs/DaemonClock"
          },
          "acceptRevision": {
            "type": "string",
            "description": "Accept this commit though it does not follow from the last accepted one: the way back after a forced push.",
            "pattern": "^[0-9a-f]{40}$",
            "examples": [
              "0123456789abcdef0123456789abcdef01234567"
            ],
            "x-intendant-form": "a commit id of 40 hexadecimal digits"
          },
          "alerts": {
            "$ref": "#/$defs/DaemonAlerts"
          },
          "profiles": {
            "$ref": "#/$defs/DaemonProfiles"
          },
          "view": {
            "$ref": "#/$defs/DaemonView"
          }
        },
        "examples": [
          {
            "apiVersion": "intendant/v1",
            "kind": "Daemon",
            "fleet": "prod",
            "state": "/var/lib/intendant",
            "repository": {
              "url": "https://git.example.org/ops/fleet.git"
            }
          }
        ]
      },
      "DaemonClock": {
        "type": "object",
        "description": "The clock of the daemon's machine, on which maintenance windows open.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "sync": {
            "type": "string",
            "enum": [
              "when-known",
              "required",
              "ignored"
            ],
            "description": "`when-known`: windows stay closed while the machine says that its clock is not synchronised; where nothing there knows, they open. `required`: they open only on a clock that is known to be synchronised. `ignored`: it is not looked at.",
            "default": "when-known",
            "examples": [
              "required"
            ]
          }
        },
        "examples": [
          {
            "sync": "required"
          }
        ]
      },
      "DaemonAlerts": {
        "type": "object",
        "description": "Servers that alert gates ask. A gate in the repository names only an address and a query; what is sent to a server beside the query is said here.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "servers": {
            "type": "object",
            "description": "By a name of your own.",
            "default": {},
            "additionalProperties": {
              "$ref": "#/$defs/DaemonAlertServer"
            },
            "examples": [
              {
                "prometheus": {
                  "url": "https://prometheus.example.org",
                  "tokenFile": "/etc/intendant/prometheus.token"
                }
              }
            ]
          }
        },
        "examples": [
          {
            "servers": {
              "prometheus": {
                "url": "https://prometheus.example.org",
                "tokenFile": "/etc/intendant/prometheus.token"
              }
            }
          }
        ]
      },
      "DaemonAlertServer": {
        "type": "object",
        "description": "One server. It is recognised by scheme, host and port.",
        "additionalProperties": false,
        "required": [
          "url"
        ],
        "properties": {
          "url": {
            "type": "string",
            "format": "https-url",
            "description": "Its address: https, for a token is sent to it.",
            "examples": [
              "https://prometheus.example.org"
            ],
            "x-intendant-form": "an https URL without credentials in it",
            "x-intendant-quiet": true
          },
          "caFile": {
            "type": "string",
            "description": "Authorities to trust, in PEM form; absent = the system's.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/prometheus-ca.pem"
            ]
          },
          "tokenFile": {
            "type": "string",
            "description": "File that holds a bearer token; read anew at each question.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/prometheus.token"
            ]
          },
          "tokenEnv": {
            "type": "string",
            "description": "Environment variable that holds the bearer token.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "PROMETHEUS_TOKEN"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "url": "https://prometheus.example.org",
            "tokenFile": "/etc/intendant/prometheus.token"
          }
        ]
      },
      "DaemonProfiles": {
        "type": "object",
        "description": "What host profiles are given from this machine.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "credentialsFolder": {
            "type": "string",
            "description": "Files that ContainerManagers of the repository name are read only where they lie in this folder: whoever writes the repository cannot have others put on a host.",
            "default": "/etc/intendant/credentials",
            "examples": [
              "/etc/intendant/credentials"
            ]
          },
          "etcd": {
            "$ref": "#/$defs/DaemonProfileEtcd",
            "examples": [
              {
                "endpoints": [
                  "https://10.20.0.5:2379"
                ],
                "caFile": "/etc/intendant/flannel/ca.crt"
              }
            ]
          }
        },
        "examples": [
          {
            "credentialsFolder": "/etc/intendant/credentials"
          }
        ]
      },
      "DaemonProfileEtcd": {
        "type": "object",
        "description": "The etcd that flannel asks on the hosts. Its key is put on every host whose profile wants it, so it should not be that of the daemon's own store.",
        "additionalProperties": false,
        "required": [
          "endpoints"
        ],
        "properties": {
          "endpoints": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "string",
              "description": "URL of one member.",
              "pattern": "^https?://[A-Za-z0-9][A-Za-z0-9.:_-]*$|^https?://\\[[0-9a-fA-F:]+\\](:[0-9]+)?$",
              "x-intendant-form": "a URL such as https://10.20.0.5:2379",
              "examples": [
                "https://10.20.0.5:2379"
              ]
            },
            "description": "Its members, as the hosts reach them.",
            "examples": [
              [
                "https://10.20.0.5:2379"
              ]
            ]
          },
          "caFile": {
            "type": "string",
            "description": "The authority to trust, in PEM form.",
            "examples": [
              "/etc/intendant/flannel/ca.crt"
            ]
          },
          "certFile": {
            "type": "string",
            "description": "Client certificate of the hosts, in PEM form.",
            "examples": [
              "/etc/intendant/flannel/client.crt"
            ]
          },
          "keyFile": {
            "type": "string",
            "description": "Its private key, in PEM form.",
            "examples": [
              "/etc/intendant/flannel/client.key"
            ]
          }
        },
        "examples": [
          {
            "endpoints": [
              "https://10.20.0.5:2379"
            ]
          }
        ]
      },
      "DaemonView": {
        "type": "object",
        "description": "The view over HTTP: the REST interfaces, live events, metrics and the dashboard; nothing can be changed there. Without `view` nothing is served over HTTP, an empty `view: {}` serves this machine.",
        "additionalProperties": false,
        "properties": {
          "listen": {
            "type": "string",
            "description": "Address and port; an IPv6 address stands in brackets, port 0 takes any that is free. An address that others can reach needs `signIn`, and `tls` or a proxy in `trustedProxies`.",
            "default": "127.0.0.1:8000",
            "pattern": "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+):[0-9]{1,5}$",
            "examples": [
              "127.0.0.1:8000",
              "[::]:8443"
            ],
            "x-intendant-form": "an address and a port such as `127.0.0.1:8000` or `[::1]:8000`"
          },
          "tls": {
            "$ref": "#/$defs/ViewTls"
          },
          "publicUrl": {
            "type": "string",
            "format": "https-url",
            "pattern": "^https://[^/?#]+/?$",
            "description": "Address of the view as browsers reach it, without a path. An `oidc` authenticator with a `clientId` sends browsers back there, unless it has one of its own.",
            "examples": [
              "https://intendant.example.org"
            ],
            "x-intendant-form": "an https URL without credentials in it and without a path",
            "x-intendant-quiet": true
          },
          "trustedProxies": {
            "type": "array",
            "description": "Proxies in front of the view, by address or as `10.0.0.0/8`. What they say in `X-Forwarded-For` and `X-Forwarded-Proto` is believed, of nobody else.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "default": [],
            "examples": [
              [
                "127.0.0.1"
              ],
              [
                "10.20.0.0/24"
              ]
            ]
          },
          "signIn": {
            "$ref": "#/$defs/ViewSignIn"
          },
          "hook": {
            "$ref": "#/$defs/ViewHook"
          }
        },
        "examples": [
          {
            "listen": "0.0.0.0:8443",
            "tls": {
              "certFile": "/etc/intendant/view.crt",
              "keyFile": "/etc/intendant/view.key"
            },
            "signIn": {
              "authenticators": [
                {
                  "type": "basic",
                  "usersFile": "/etc/intendant/users.json"
                }
              ]
            }
          }
        ]
      },
      "ViewTls": {
        "type": "object",
        "description": "Certificates of the view, in PEM form. Read again every five seconds; what cannot be used leaves the old in place, and the log says so.",
        "additionalProperties": false,
        "required": [
          "certFile",
          "keyFile"
        ],
        "properties": {
          "certFile": {
            "type": "string",
            "description": "The certificate, followed by those between it and its authority.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/view.crt"
            ]
          },
          "keyFile": {
            "type": "string",
            "description": "Its key, without a passphrase.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/view.key"
            ]
          },
          "clientCaFile": {
            "type": "string",
            "description": "Authorities of client certificates. Without it clients are not asked for one.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/clients-ca.crt"
            ]
          },
          "clientCertificates": {
            "type": "string",
            "enum": [
              "optional",
              "required"
            ],
            "description": "`required`: who shows no certificate of `clientCaFile` is not connected at all. `optional`: whoever shows one can be known by it.",
            "default": "optional",
            "examples": [
              "required"
            ]
          }
        },
        "examples": [
          {
            "certFile": "/etc/intendant/view.crt",
            "keyFile": "/etc/intendant/view.key"
          }
        ]
      },
      "ViewHook": {
        "type": "object",
        "description": "A webhook at `/hook/<path>`, by which a forge says that something was pushed. It only makes the daemon look at once; nothing in it is believed. One of `secretFile` and `secretEnv` is needed.",
        "additionalProperties": false,
        "required": [
          "path"
        ],
        "properties": {
          "path": {
            "type": "string",
            "description": "The end of the address, which nobody can guess: `openssl rand -hex 16`.",
            "pattern": "^[A-Za-z0-9_-]{16,128}$",
            "examples": [
              "2f1c9f0e8a7b4d6c95e3a1b08d7f6c24"
            ],
            "x-intendant-form": "16 to 128 letters, digits, `-` and `_`, made by chance"
          },
          "secretFile": {
            "type": "string",
            "description": "File that holds the secret with which the forge signs; at least 16 characters, read anew at each call.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/hook.secret"
            ]
          },
          "secretEnv": {
            "type": "string",
            "description": "Environment variable that holds it.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "HOOK_SECRET"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "path": "2f1c9f0e8a7b4d6c95e3a1b08d7f6c24",
            "secretFile": "/etc/intendant/hook.secret"
          }
        ]
      },
      "ViewSignIn": {
        "type": "object",
        "description": "Who may read the view, and how they prove who they are. Without it the view listens on loopback only.",
        "additionalProperties": false,
        "required": [
          "authenticators"
        ],
        "properties": {
          "authenticators": {
            "type": "array",
            "minItems": 1,
            "description": "Tried in this order until one accepts.",
            "items": {
              "$ref": "#/$defs/SignInAuthenticator"
            },
            "examples": [
              [
                {
                  "type": "basic",
                  "usersFile": "/etc/intendant/users.json"
                }
              ]
            ]
          },
          "selfAuths": {
            "type": "array",
            "description": "Paths that need no sign-in, compared exactly: a slash at the end matters.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "/healthz",
                "/readyz"
              ]
            ],
            "default": [
              "/healthz",
              "/readyz"
            ]
          },
          "credsReaders": {
            "$ref": "#/$defs/SignInCredsReaders"
          },
          "limits": {
            "$ref": "#/$defs/SignInLimits"
          }
        },
        "examples": [
          {
            "authenticators": [
              {
                "type": "basic",
                "usersFile": "/etc/intendant/users.json"
              }
            ]
          }
        ]
      },
      "SignInCredsReaders": {
        "type": "object",
        "description": "Who may read where the credentials of hosts are (`/api/v0/host/ADDRESS/creds`), besides what everybody reads who signed in. Nobody by default.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "users": {
            "type": "array",
            "description": "By name, whichever authenticator but `clientCertificate` let them in.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "alice"
              ]
            ],
            "default": []
          },
          "groups": {
            "type": "array",
            "description": "By group, as `oidc`, `kubernetesToken` or a module says.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "ops"
              ]
            ],
            "default": []
          },
          "commonNames": {
            "type": "array",
            "description": "By the common name of a client certificate.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "backup.example.org"
              ]
            ],
            "default": []
          }
        },
        "examples": [
          {
            "users": [
              "alice"
            ]
          }
        ]
      },
      "SignInLimits": {
        "type": "object",
        "description": "How many sign-ins may fail before the next are answered 429. Nobody is locked out by others: a right password from another address works.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "window": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Failures are counted for so long.",
            "default": "5m",
            "examples": [
              "5m"
            ]
          },
          "perAddress": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "description": "Failures from one address, whatever the names.",
            "default": 30,
            "examples": [
              30
            ]
          },
          "perUser": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "description": "Failures of one name from one address. After ten times as many from anywhere each address has one.",
            "default": 5,
            "examples": [
              5
            ]
          }
        },
        "examples": [
          {
            "perAddress": 100
          }
        ]
      },
      "SignInAuthenticator": {
        "type": "object",
        "description": "A way to sign in.",
        "required": [
          "type"
        ],
        "discriminator": {
          "propertyName": "type"
        },
        "oneOf": [
          {
            "$ref": "#/$defs/BasicSignIn"
          },
          {
            "$ref": "#/$defs/ClientCertificateSignIn"
          },
          {
            "$ref": "#/$defs/KeystonePasswordSignIn"
          },
          {
            "$ref": "#/$defs/KeystoneTokenSignIn"
          },
          {
            "$ref": "#/$defs/KubernetesTokenSignIn"
          },
          {
            "$ref": "#/$defs/OidcSignIn"
          },
          {
            "$ref": "#/$defs/ModuleSignIn"
          }
        ],
        "examples": [
          {
            "type": "basic",
            "usersFile": "/etc/intendant/users.json"
          }
        ]
      },
      "BasicSignIn": {
        "type": "object",
        "description": "User names and passwords (`Authorization: Basic`), kept as bcrypt hashes in the form of Commissaire's `users.json`: `{\"alice\": {\"hash\": \"$2a$12$…\"}}`. At least one of the two is given; the file wins.",
        "additionalProperties": false,
        "required": [
          "type"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "basic",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "basic"
            ]
          },
          "usersFile": {
            "type": "string",
            "description": "File of users, read again when it changes. While it cannot be read nobody signs in this way.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/users.json"
            ]
          },
          "users": {
            "type": "object",
            "description": "Users by name.",
            "additionalProperties": {
              "$ref": "#/$defs/SignInUser"
            },
            "examples": [
              {
                "alice": {
                  "hash": "$2a$12$GlBCEIwz85QZUCklrB5lk.O8v5Tl2RJTYpPTyFZqaS4HQkhBDpAO2"
                }
              }
            ]
          }
        },
        "examples": [
          {
            "type": "basic",
            "usersFile": "/etc/intendant/users.json"
          }
        ]
      },
      "SignInUser": {
        "type": "object",
        "description": "One user.",
        "additionalProperties": false,
        "required": [
          "hash"
        ],
        "properties": {
          "hash": {
            "type": "string",
            "description": "bcrypt hash of the password, of a cost from 4 to 15.",
            "pattern": "^\\$2[aby]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}$",
            "examples": [
              "$2a$12$GlBCEIwz85QZUCklrB5lk.O8v5Tl2RJTYpPTyFZqaS4HQkhBDpAO2"
            ],
            "x-intendant-form": "a bcrypt hash",
            "x-intendant-quiet": true
          }
        },
        "examples": [
          {
            "hash": "$2a$12$GlBCEIwz85QZUCklrB5lk.O8v5Tl2RJTYpPTyFZqaS4HQkhBDpAO2"
          }
        ]
      },
      "ClientCertificateSignIn": {
        "type": "object",
        "description": "Client certificates, verified by the client CA of the view's TLS settings. The common name is the name.",
        "additionalProperties": false,
        "required": [
          "type"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "clientCertificate",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "clientCertificate"
            ]
          },
          "commonNames": {
            "type": "array",
            "description": "Common names that may sign in; without it every certificate of the CA.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "dashboard.example.org"
              ]
            ],
            "minItems": 1
          }
        },
        "examples": [
          {
            "type": "clientCertificate",
            "commonNames": [
              "dashboard.example.org"
            ]
          }
        ]
      },
      "KeystonePasswordSignIn": {
        "type": "object",
        "description": "User name and password (`Authorization: Basic`) that Keystone (identity API v3) takes.",
        "additionalProperties": false,
        "required": [
          "type",
          "url"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "keystonePassword",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "keystonePassword"
            ]
          },
          "url": {
            "type": "string",
            "description": "Address of Keystone.",
            "pattern": "^https?://[^/?#@\\s]+(/[^?#@\\s]*)?$",
            "examples": [
              "https://keystone.example.org:5000"
            ],
            "x-intendant-form": "an https URL without credentials in it; plain http only to this machine",
            "x-intendant-quiet": true
          },
          "domain": {
            "type": "string",
            "description": "Domain of the users.",
            "minLength": 1,
            "examples": [
              "Default"
            ],
            "default": "Default"
          },
          "caFile": {
            "type": "string",
            "description": "Certificate authority of Keystone, in PEM form, read at each question; without it the system's.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/keystone-ca.crt"
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long one question may take.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "type": "keystonePassword",
            "url": "https://keystone.example.org:5000"
          }
        ]
      },
      "KeystoneTokenSignIn": {
        "type": "object",
        "description": "A Keystone token (`X-Auth-Token`) that Keystone (identity API v3) takes.",
        "additionalProperties": false,
        "required": [
          "type",
          "url"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "keystoneToken",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "keystoneToken"
            ]
          },
          "url": {
            "type": "string",
            "description": "Address of Keystone.",
            "pattern": "^https?://[^/?#@\\s]+(/[^?#@\\s]*)?$",
            "examples": [
              "https://keystone.example.org:5000"
            ],
            "x-intendant-form": "an https URL without credentials in it; plain http only to this machine",
            "x-intendant-quiet": true
          },
          "caFile": {
            "type": "string",
            "description": "Certificate authority of Keystone, in PEM form, read at each question; without it the system's.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/keystone-ca.crt"
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long one question may take.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "type": "keystoneToken",
            "url": "https://keystone.example.org:5000"
          }
        ]
      },
      "KubernetesTokenSignIn": {
        "type": "object",
        "description": "A bearer token that a Kubernetes API server knows, asked by TokenReview.",
        "additionalProperties": false,
        "required": [
          "type",
          "server",
          "tokenFile"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "kubernetesToken",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "kubernetesToken"
            ]
          },
          "server": {
            "type": "string",
            "description": "Address of the API server.",
            "pattern": "^https?://[^/?#@\\s]+(/[^?#@\\s]*)?$",
            "examples": [
              "https://kubernetes.example.org:6443"
            ],
            "x-intendant-form": "an https URL without credentials in it; plain http only to this machine",
            "x-intendant-quiet": true
          },
          "caFile": {
            "type": "string",
            "description": "Certificate authority of the API server, in PEM form, read at each question; without it the system's.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/kubernetes-ca.crt"
            ]
          },
          "tokenFile": {
            "type": "string",
            "description": "File with a token that may create TokenReviews (`system:auth-delegator`), read at each question.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/reviewer.token"
            ]
          },
          "audiences": {
            "type": "array",
            "description": "The token must be for one of these.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "intendant"
              ]
            ],
            "minItems": 1
          },
          "groups": {
            "type": "array",
            "description": "Groups whose members may sign in; without it everybody whom the server knows.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "system:serviceaccounts:ops"
              ]
            ],
            "minItems": 1
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long one question may take.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "type": "kubernetesToken",
            "server": "https://kubernetes.example.org:6443",
            "caFile": "/etc/intendant/kubernetes-ca.crt",
            "tokenFile": "/etc/intendant/reviewer.token",
            "audiences": [
              "intendant"
            ]
          }
        ]
      },
      "OidcSignIn": {
        "type": "object",
        "description": "An OpenID provider: signed tokens of programs (`Authorization: Bearer`), and with `clientId` and `publicUrl` the sign-in of browsers by authorization code. One of `audience` and `clientId` is given.",
        "additionalProperties": false,
        "required": [
          "type",
          "issuer"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "oidc",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "oidc"
            ]
          },
          "issuer": {
            "type": "string",
            "description": "The issuer, exactly as its tokens name it. Its keys and endpoints are found from there.",
            "pattern": "^https?://[^/?#@\\s]+(/[^?#@\\s]*)?$",
            "examples": [
              "https://id.example.org/realms/ops"
            ],
            "x-intendant-form": "an https URL without credentials in it; plain http only to this machine",
            "x-intendant-quiet": true
          },
          "audience": {
            "type": "string",
            "description": "Tokens of programs must be for this audience; without it for `clientId`.",
            "minLength": 1,
            "examples": [
              "intendant"
            ]
          },
          "clientId": {
            "type": "string",
            "description": "The view's client at the provider, for browsers.",
            "minLength": 1,
            "examples": [
              "intendant"
            ]
          },
          "clientSecretFile": {
            "type": "string",
            "description": "File with the client's secret, read at each sign-in; without it the client is a public one.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/oidc.secret"
            ]
          },
          "clientSecretEnv": {
            "type": "string",
            "description": "Environment variable that holds it.",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "examples": [
              "OIDC_SECRET"
            ],
            "x-intendant-form": "the name of an environment variable",
            "x-intendant-quiet": true
          },
          "publicUrl": {
            "type": "string",
            "description": "Address of the view as browsers reach it. `/sign-in/callback` below it is the redirect URI that the provider must know.",
            "pattern": "^https?://[^/?#@\\s]+/?$",
            "examples": [
              "https://intendant.example.org"
            ],
            "x-intendant-form": "an https URL without a path",
            "x-intendant-quiet": true
          },
          "caFile": {
            "type": "string",
            "description": "Certificate authority of the provider, in PEM form, read at each question; without it the system's.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/idp-ca.crt"
            ]
          },
          "usernameClaim": {
            "type": "string",
            "description": "The claim that is the name. Choose one that people cannot set themselves.",
            "minLength": 1,
            "examples": [
              "email"
            ],
            "default": "sub"
          },
          "groupsClaim": {
            "type": "string",
            "description": "The claim with the groups.",
            "minLength": 1,
            "examples": [
              "groups"
            ],
            "default": "groups"
          },
          "groups": {
            "type": "array",
            "description": "Groups whose members may sign in; without it everybody whom the provider knows.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "ops"
              ]
            ],
            "minItems": 1
          },
          "scopes": {
            "type": "array",
            "description": "What the provider is asked for, besides `openid`.",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "examples": [
              [
                "profile",
                "email",
                "groups"
              ]
            ],
            "default": [
              "profile",
              "email"
            ]
          },
          "sessionLife": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long a browser stays signed in.",
            "default": "8h",
            "examples": [
              "8h"
            ]
          },
          "sessionKeyFile": {
            "type": "string",
            "description": "File with at least 32 characters by chance (`openssl rand -base64 48`), shared by copies of the view; without it sessions end with the process.",
            "minLength": 1,
            "examples": [
              "/etc/intendant/session.key"
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long one question may take.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "type": "oidc",
            "issuer": "https://id.example.org/realms/ops",
            "clientId": "intendant",
            "clientSecretFile": "/etc/intendant/oidc.secret",
            "publicUrl": "https://intendant.example.org"
          }
        ]
      },
      "ModuleSignIn": {
        "type": "object",
        "description": "An authenticator that a package outside brings: it exports `createAuthenticator(options, deps)`.",
        "additionalProperties": false,
        "required": [
          "type",
          "module"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "module",
            "description": "How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.",
            "examples": [
              "module"
            ]
          },
          "module": {
            "type": "string",
            "description": "Name of an installed package, or a path; one that begins with `./` or `../` starts at this file.",
            "minLength": 1,
            "examples": [
              "intendant-sign-in-ldap"
            ]
          },
          "options": {
            "type": "object",
            "description": "What the module makes of it is its own affair. Keep secrets out of it: name files.",
            "additionalProperties": true,
            "default": {},
            "examples": [
              {
                "url": "ldaps://ldap.example.org"
              }
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How long one decision may take.",
            "default": "5s",
            "examples": [
              "5s"
            ]
          }
        },
        "examples": [
          {
            "type": "module",
            "module": "intendant-sign-in-ldap",
            "options": {
              "url": "ldaps://ldap.example.org"
            }
          }
        ]
      }
    }
  },
  "fleet": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/fleet.schema.json",
    "title": "Fleet",
    "description": "The one document of a repository that speaks of everything in it: intervals, guards, the freeze.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "Fleet",
        "description": "The kind of this document.",
        "examples": [
          "Fleet"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/FleetSpec"
      }
    },
    "$defs": {
      "FleetSpec": {
        "type": "object",
        "description": "Settings of the whole fleet.",
        "additionalProperties": false,
        "properties": {
          "status": {
            "type": "object",
            "description": "Where and how the outcome is written back.",
            "additionalProperties": false,
            "default": {},
            "properties": {
              "branch": {
                "type": "string",
                "description": "Branch that status commits go to; nobody else should push to it.",
                "default": "intendant/status",
                "pattern": "^(?!.*(\\.\\.|//|@\\{|\\.lock(/|$)))[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}(?<![./])$",
                "examples": [
                  "intendant/status"
                ],
                "x-intendant-form": "the name of a branch"
              },
              "heartbeat": {
                "$ref": "common.schema.json#/$defs/Duration",
                "description": "How often `fleet.yaml` is committed though nothing changed, so that a dead daemon shows.",
                "default": "1h",
                "examples": [
                  "1h"
                ]
              },
              "window": {
                "$ref": "common.schema.json#/$defs/Duration",
                "description": "Changes within this time become one commit.",
                "default": "2s",
                "examples": [
                  "2s"
                ]
              }
            },
            "examples": [
              {
                "branch": "intendant/status",
                "heartbeat": "1h"
              }
            ]
          },
          "checks": {
            "type": "object",
            "description": "How hosts are looked at between changes.",
            "additionalProperties": false,
            "default": {},
            "properties": {
              "interval": {
                "$ref": "common.schema.json#/$defs/Duration",
                "description": "Time between two checks of a host.",
                "default": "60s",
                "examples": [
                  "60s"
                ]
              },
              "failAfter": {
                "type": "integer",
                "description": "How many checks in a row must fail before a host is `failed`.",
                "minimum": 1,
                "default": 3,
                "examples": [
                  3
                ]
              },
              "timeout": {
                "$ref": "common.schema.json#/$defs/Duration",
                "description": "How long one check may take.",
                "default": "10s",
                "examples": [
                  "10s"
                ]
              }
            },
            "examples": [
              {
                "interval": "60s",
                "failAfter": 3
              }
            ]
          },
          "retryInterval": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Longest pause before something that failed in passing is tried again.",
            "default": "30s",
            "examples": [
              "30s"
            ]
          },
          "pruneGuard": {
            "type": "string",
            "description": "A profile that would remove things from more than this share of a cluster's hosts (and from more than one) waits for `confirmPrune`, and so does the cleaning of hosts that leave. A percentage from 0% to 100%.",
            "default": "10%",
            "pattern": "^(100|[1-9]?[0-9])%$",
            "examples": [
              "10%"
            ],
            "x-intendant-form": "a percentage from 0% to 100%"
          },
          "confirmPrune": {
            "type": "string",
            "description": "The revision whose removals are confirmed: the commit that the waiting Cluster names, whole or its first seven digits or more.",
            "pattern": "^[0-9a-f]{7,64}$",
            "x-intendant-form": "a commit id in hexadecimal, 7 digits or more",
            "examples": [
              "4f1c2d9"
            ]
          },
          "retention": {
            "type": "object",
            "description": "How long the details of finished operations are kept. That an operation ran, and what came of it on each host, is kept for ever.",
            "additionalProperties": false,
            "default": {},
            "properties": {
              "journals": {
                "$ref": "common.schema.json#/$defs/Duration",
                "description": "How long after its end the single steps of an operation are kept.",
                "default": "30d",
                "examples": [
                  "30d"
                ]
              },
              "output": {
                "$ref": "common.schema.json#/$defs/Duration",
                "description": "How long after its end what an operation's scripts printed is kept; never longer than `journals`.",
                "default": "7d",
                "examples": [
                  "7d"
                ]
              }
            },
            "examples": [
              {
                "journals": "30d",
                "output": "7d"
              }
            ]
          },
          "freeze": {
            "$ref": "common.schema.json#/$defs/Freeze",
            "description": "Freezes the whole fleet.",
            "examples": [
              {
                "who": "dana@example.org",
                "why": "Black Friday"
              }
            ]
          },
          "alertGate": {
            "$ref": "common.schema.json#/$defs/AlertGate",
            "description": "Begins any host only while this query to Prometheus answers with nothing.",
            "examples": [
              {
                "url": "https://prometheus.example.org",
                "query": "ALERTS{alertstate=\"firing\"}"
              }
            ]
          },
          "connection": {
            "$ref": "common.schema.json#/$defs/Connection",
            "description": "How hosts are reached, for all clusters that do not say otherwise.",
            "examples": [
              {
                "user": "admin"
              }
            ]
          }
        },
        "examples": [
          {
            "pruneGuard": "10%"
          }
        ]
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "Fleet",
        "metadata": {
          "name": "prod"
        },
        "spec": {
          "checks": {
            "interval": "60s"
          },
          "pruneGuard": "10%"
        }
      }
    ]
  },
  "host-profile": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/host-profile.schema.json",
    "title": "HostProfile",
    "description": "What a bootstrapped host has: packages, files, commands and services, in common and for each family of operating systems. `docker`, `docker-flannel` and `kubernetes-node` are there without a document; a document of that name takes their place.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "HostProfile",
        "description": "The kind of this document.",
        "examples": [
          "HostProfile"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/HostProfileSpec"
      }
    },
    "$defs": {
      "HostProfileSpec": {
        "type": "object",
        "description": "What its hosts have. An item takes the place of one of the same name or path that it inherits, and comes after what else is inherited.",
        "additionalProperties": false,
        "properties": {
          "description": {
            "type": "string",
            "description": "What it is for, for people.",
            "examples": [
              "Front web servers"
            ]
          },
          "extends": {
            "type": "array",
            "uniqueItems": true,
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "HostProfile"
            },
            "default": [],
            "description": "Profiles whose items this one has too. Later ones go before earlier ones, its own before all of them.",
            "examples": [
              [
                "docker"
              ]
            ]
          },
          "requires": {
            "type": "array",
            "uniqueItems": true,
            "items": {
              "type": "string",
              "enum": [
                "network",
                "containerManager"
              ],
              "description": "`network`: a Network. `containerManager`: a ContainerManager that is not trivial."
            },
            "default": [],
            "description": "What a cluster with this profile must name. What it extends adds to it.",
            "examples": [
              [
                "network"
              ]
            ]
          },
          "selfHeal": {
            "type": "boolean",
            "default": false,
            "description": "What drifts from the profile is put right by itself. Without it, it is only shown. Not inherited.",
            "examples": [
              true
            ]
          },
          "variables": {
            "$ref": "#/$defs/ProfileVariables",
            "description": "Values for templates: `{{ vars.<name> }}`. A profile that extends this one may give others.",
            "default": {},
            "examples": [
              {
                "registryMirror": "https://mirror.example.org"
              }
            ]
          },
          "repositories": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileRepository"
            },
            "default": [],
            "description": "Sources of packages, brought about first. Hosts made of images (rpm-ostree, bootc) have none.",
            "examples": [
              [
                {
                  "name": "docker-ce",
                  "apk": {
                    "url": "https://apk.example.org/v3.20/main"
                  }
                }
              ]
            ]
          },
          "packages": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/PackageName"
            },
            "default": [],
            "description": "Packages that are installed. Hosts made of images (rpm-ostree, bootc) have them from their image, and none is installed.",
            "examples": [
              [
                "docker.io"
              ]
            ],
            "uniqueItems": true
          },
          "files": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileFile"
            },
            "default": [],
            "description": "Files.",
            "examples": [
              [
                {
                  "path": "/etc/motd",
                  "content": "Welcome.\n"
                }
              ]
            ]
          },
          "commands": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileCommand"
            },
            "default": [],
            "description": "Commands, in this order, after packages and files.",
            "examples": [
              [
                {
                  "name": "swap-off",
                  "script": "swapoff -a\n",
                  "unless": "[ -z \"$(swapon --noheadings)\" ]\n"
                }
              ]
            ]
          },
          "services": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileService"
            },
            "default": [],
            "description": "Services, last, in this order.",
            "examples": [
              [
                {
                  "name": "docker"
                }
              ]
            ]
          },
          "remove": {
            "$ref": "#/$defs/ProfileRemoval",
            "description": "What of the profiles that it extends, and for a family what of the common part too, does not apply here.",
            "examples": [
              {
                "packages": [
                  "docker.io"
                ]
              }
            ]
          },
          "families": {
            "type": "object",
            "description": "What hosts of one family have beside or instead of the common part.",
            "additionalProperties": false,
            "properties": {
              "apt": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "Debian, Ubuntu and their kin.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              },
              "dnf": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "Fedora, RHEL, CentOS and their kin.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              },
              "yum": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "RHEL and CentOS without dnf. Without it: what `dnf` says.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              },
              "zypper": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "openSUSE and SLES.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              },
              "apk": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "Alpine.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              },
              "rpm-ostree": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "Hosts made of an rpm-ostree image. Without it: what `dnf` says. Packages and repositories are left out.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              },
              "bootc": {
                "$ref": "#/$defs/ProfileFamily",
                "description": "Hosts made of a bootc image. Without it: what `dnf` says. Packages and repositories are left out.",
                "examples": [
                  {
                    "packages": [
                      "docker.io"
                    ]
                  }
                ]
              }
            },
            "examples": [
              {
                "apt": {
                  "packages": [
                    "docker.io"
                  ]
                },
                "dnf": {
                  "packages": [
                    "moby-engine"
                  ]
                }
              }
            ]
          }
        },
        "examples": [
          {
            "extends": [
              "docker"
            ],
            "variables": {
              "registryMirror": "https://mirror.example.org"
            },
            "packages": [
              "htop"
            ],
            "files": [
              {
                "path": "/etc/motd",
                "template": "{{ host.name }} of {{ cluster.name }}\n"
              }
            ],
            "families": {
              "apk": {
                "remove": {
                  "packages": [
                    "htop"
                  ]
                }
              }
            }
          }
        ]
      },
      "ProfileFamily": {
        "type": "object",
        "description": "What hosts of one family have beside or instead of the common part.",
        "additionalProperties": false,
        "properties": {
          "variables": {
            "$ref": "#/$defs/ProfileVariables",
            "description": "Values for templates: `{{ vars.<name> }}`. A profile that extends this one may give others.",
            "default": {},
            "examples": [
              {
                "registryMirror": "https://mirror.example.org"
              }
            ]
          },
          "repositories": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileRepository"
            },
            "default": [],
            "description": "Sources of packages, brought about first. Hosts made of images (rpm-ostree, bootc) have none.",
            "examples": [
              [
                {
                  "name": "docker-ce",
                  "apk": {
                    "url": "https://apk.example.org/v3.20/main"
                  }
                }
              ]
            ]
          },
          "packages": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/PackageName"
            },
            "default": [],
            "description": "Packages that are installed. Hosts made of images (rpm-ostree, bootc) have them from their image, and none is installed.",
            "examples": [
              [
                "docker.io"
              ]
            ],
            "uniqueItems": true
          },
          "files": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileFile"
            },
            "default": [],
            "description": "Files.",
            "examples": [
              [
                {
                  "path": "/etc/motd",
                  "content": "Welcome.\n"
                }
              ]
            ]
          },
          "commands": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileCommand"
            },
            "default": [],
            "description": "Commands, in this order, after packages and files.",
            "examples": [
              [
                {
                  "name": "swap-off",
                  "script": "swapoff -a\n",
                  "unless": "[ -z \"$(swapon --noheadings)\" ]\n"
                }
              ]
            ]
          },
          "services": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ProfileService"
            },
            "default": [],
            "description": "Services, last, in this order.",
            "examples": [
              [
                {
                  "name": "docker"
                }
              ]
            ]
          },
          "remove": {
            "$ref": "#/$defs/ProfileRemoval",
            "description": "What of the profiles that it extends, and for a family what of the common part too, does not apply here.",
            "examples": [
              {
                "packages": [
                  "docker.io"
                ]
              }
            ]
          }
        },
        "examples": [
          {
            "packages": [
              "docker.io"
            ]
          }
        ]
      },
      "ProfileVariables": {
        "type": "object",
        "description": "Values for templates: `{{ vars.<name> }}`. A profile that extends this one may give others.",
        "propertyNames": {
          "type": "string",
          "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$",
          "x-intendant-form": "a name of letters, digits and `_`"
        },
        "additionalProperties": {
          "type": "string",
          "description": "A text; put numbers and true or false in quotes."
        },
        "default": {},
        "examples": [
          {
            "registryMirror": "https://mirror.example.org"
          }
        ]
      },
      "ProfileFile": {
        "type": "object",
        "description": "A regular file with this content, mode and owner: exactly one of `content`, `template` and `from` says what is in it.",
        "additionalProperties": false,
        "required": [
          "path"
        ],
        "properties": {
          "path": {
            "$ref": "#/$defs/FilePath",
            "description": "Where it stands on the host.",
            "examples": [
              "/etc/docker/daemon.json"
            ]
          },
          "content": {
            "type": "string",
            "description": "What is in it, letter for letter.",
            "examples": [
              "Welcome.\n"
            ]
          },
          "template": {
            "type": "string",
            "description": "A Liquid template of what is in it. Its variables stand in the table of the README.",
            "examples": [
              "# {{ host.name }}\nserver={{ vars.server }}\n"
            ]
          },
          "from": {
            "type": "string",
            "enum": [
              "containerManager.ca",
              "containerManager.clientCertificate",
              "containerManager.clientKey",
              "containerManager.token",
              "etcd.ca",
              "etcd.clientCertificate",
              "etcd.clientKey"
            ],
            "description": "What is in it comes from a file on the daemon's machine: one that the cluster's ContainerManager names, or those of the etcd that the network uses. It is secret: no plan and no status shows it.",
            "examples": [
              "containerManager.ca"
            ]
          },
          "optional": {
            "type": "boolean",
            "default": false,
            "description": "With `from`: where nothing is named, the file is left out; otherwise that is an error.",
            "examples": [
              true
            ]
          },
          "mode": {
            "type": "string",
            "pattern": "^[0-7]{4}$",
            "description": "Its permissions: four octal digits, in quotes. Without it: 0644, and 0600 with `from`.",
            "examples": [
              "0600"
            ],
            "x-intendant-form": "four octal digits in quotes, such as \"0644\""
          },
          "owner": {
            "$ref": "common.schema.json#/$defs/User",
            "description": "The user that it belongs to.",
            "default": "root",
            "examples": [
              "root"
            ]
          },
          "group": {
            "$ref": "common.schema.json#/$defs/User",
            "description": "The group that it belongs to.",
            "default": "root",
            "examples": [
              "root"
            ]
          },
          "check": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "string"
            },
            "contains": {
              "const": "{}"
            },
            "description": "A command, word by word, that must end with 0 before the file takes its place. The word `{}` stands for the path of the new file beside its target.",
            "examples": [
              [
                "visudo",
                "-cf",
                "{}"
              ]
            ],
            "x-intendant-form": "a list of words, one of which is {}"
          },
          "restarts": {
            "type": "array",
            "uniqueItems": true,
            "items": {
              "$ref": "#/$defs/ServiceName"
            },
            "default": [],
            "description": "Services of this profile that are restarted when the file changes.",
            "examples": [
              [
                "docker"
              ]
            ]
          }
        },
        "examples": [
          {
            "path": "/etc/motd",
            "content": "Welcome.\n"
          }
        ]
      },
      "ProfileCommand": {
        "type": "object",
        "description": "Something that packages, files and services cannot bring about. It runs only where its guard says that there is something to do. It is not a template.",
        "additionalProperties": false,
        "required": [
          "name",
          "script",
          "unless"
        ],
        "properties": {
          "name": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "What it is called in plans and status.",
            "examples": [
              "swap-off"
            ]
          },
          "script": {
            "type": "string",
            "minLength": 1,
            "description": "POSIX script, or one whose first line names an interpreter.",
            "examples": [
              "swapoff -a\n"
            ]
          },
          "unless": {
            "type": "string",
            "minLength": 1,
            "description": "A script that only looks: it ends with 0 where there is nothing to do. It runs at every check, so it must change nothing.",
            "examples": [
              "[ -z \"$(swapon --noheadings)\" ]\n"
            ]
          }
        },
        "examples": [
          {
            "name": "swap-off",
            "script": "swapoff -a\n",
            "unless": "[ -z \"$(swapon --noheadings)\" ]\n"
          }
        ]
      },
      "ProfileService": {
        "type": "object",
        "description": "A service of the host's service manager.",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/ServiceName",
            "description": "Its name.",
            "examples": [
              "docker"
            ]
          },
          "enabled": {
            "type": "boolean",
            "default": true,
            "description": "Begins with the system.",
            "examples": [
              true
            ]
          },
          "running": {
            "type": "boolean",
            "default": true,
            "description": "Runs now.",
            "examples": [
              true
            ]
          }
        },
        "examples": [
          {
            "name": "docker"
          }
        ]
      },
      "ProfileRepository": {
        "type": "object",
        "description": "A source of packages: what each package manager is told of it. A host whose package manager is told nothing has nothing of it.",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "Part of the names of its files on the host.",
            "examples": [
              "docker-ce"
            ]
          },
          "apt": {
            "type": "object",
            "description": "For apt.",
            "additionalProperties": false,
            "required": [
              "uris",
              "suites",
              "signature"
            ],
            "properties": {
              "uris": {
                "type": "array",
                "minItems": 1,
                "items": {
                  "type": "string",
                  "maxLength": 1000,
                  "pattern": "^((https?|file|cdrom|tor\\+https?)://?|file:/)[A-Za-z0-9][A-Za-z0-9._/:~%@+=-]*$|^file:///[A-Za-z0-9._/~%+-]*$",
                  "x-intendant-form": "a URL such as https://deb.example.org/debian",
                  "description": "A URL."
                },
                "description": "Its addresses.",
                "examples": [
                  [
                    "https://download.docker.com/linux/debian"
                  ]
                ]
              },
              "suites": {
                "type": "array",
                "minItems": 1,
                "items": {
                  "type": "string",
                  "maxLength": 200,
                  "pattern": "^[A-Za-z0-9./][A-Za-z0-9._/-]*$",
                  "description": "A suite, or a path that ends with `/`.",
                  "x-intendant-form": "one word of letters, digits and `._/-`"
                },
                "description": "Suites; one that ends with `/` is a path, and there are no components.",
                "examples": [
                  [
                    "bookworm"
                  ]
                ]
              },
              "components": {
                "type": "array",
                "items": {
                  "type": "string",
                  "maxLength": 200,
                  "pattern": "^[A-Za-z0-9./][A-Za-z0-9._/-]*$",
                  "description": "A component.",
                  "x-intendant-form": "one word of letters, digits and `._/-`"
                },
                "default": [],
                "description": "Components.",
                "examples": [
                  [
                    "stable"
                  ]
                ]
              },
              "signature": {
                "$ref": "#/$defs/RepositorySignature",
                "description": "How what comes from it is checked.",
                "examples": [
                  {
                    "keyFile": "/usr/share/keyrings/example.gpg"
                  }
                ]
              }
            },
            "examples": [
              {
                "uris": [
                  "https://download.docker.com/linux/debian"
                ],
                "suites": [
                  "bookworm"
                ],
                "components": [
                  "stable"
                ],
                "signature": {
                  "keyFile": "/usr/share/keyrings/docker.gpg"
                }
              }
            ]
          },
          "rpm": {
            "$ref": "#/$defs/RpmRepository",
            "description": "For dnf and yum.",
            "examples": [
              {
                "baseUrl": "https://rpm.example.org/$releasever/",
                "signature": {
                  "keyFile": "/etc/pki/rpm-gpg/RPM-GPG-KEY-example"
                }
              }
            ]
          },
          "zypper": {
            "$ref": "#/$defs/RpmRepository",
            "description": "For zypper.",
            "examples": [
              {
                "baseUrl": "https://rpm.example.org/suse/",
                "signature": {
                  "keyFile": "/etc/pki/rpm-gpg/RPM-GPG-KEY-example"
                }
              }
            ]
          },
          "apk": {
            "type": "object",
            "description": "For apk.",
            "additionalProperties": false,
            "required": [
              "url"
            ],
            "properties": {
              "url": {
                "type": "string",
                "format": "http-url",
                "description": "Its address.",
                "examples": [
                  "https://apk.example.org/v3.20/main"
                ],
                "x-intendant-form": "an http or https URL without credentials in it"
              },
              "key": {
                "type": "string",
                "minLength": 1,
                "description": "Its public key as text in PEM form. Without it: one that the host knows already.",
                "examples": [
                  "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"
                ]
              },
              "keyName": {
                "type": "string",
                "maxLength": 200,
                "pattern": "^[A-Za-z0-9][A-Za-z0-9@._-]*\\.pub$",
                "description": "Name of the key's file, as the index of the repository names it. Without it: the name of the repository and `.rsa.pub`.",
                "examples": [
                  "ops@example.org-5f0e1a2b.rsa.pub"
                ],
                "x-intendant-form": "a file name that ends with .pub"
              }
            },
            "examples": [
              {
                "url": "https://apk.example.org/v3.20/main"
              }
            ]
          }
        },
        "examples": [
          {
            "name": "docker-ce",
            "apt": {
              "uris": [
                "https://download.docker.com/linux/debian"
              ],
              "suites": [
                "bookworm"
              ],
              "components": [
                "stable"
              ],
              "signature": {
                "keyFile": "/usr/share/keyrings/docker.gpg"
              }
            }
          }
        ]
      },
      "RpmRepository": {
        "type": "object",
        "description": "A repository of rpm packages.",
        "additionalProperties": false,
        "required": [
          "baseUrl",
          "signature"
        ],
        "properties": {
          "baseUrl": {
            "type": "string",
            "maxLength": 1000,
            "pattern": "^(https?|file)://[A-Za-z0-9$][A-Za-z0-9$._/:~%@+=?&-]*$|^file:///[A-Za-z0-9$._/~%+-]*$",
            "description": "Its address; `$releasever` and `$basearch` are filled in on the host.",
            "examples": [
              "https://download.docker.com/linux/centos/$releasever/$basearch/stable"
            ],
            "x-intendant-form": "a URL such as https://rpm.example.org/$releasever/"
          },
          "signature": {
            "$ref": "#/$defs/RepositorySignature",
            "description": "How what comes from it is checked.",
            "examples": [
              {
                "keyFile": "/etc/pki/rpm-gpg/RPM-GPG-KEY-example"
              }
            ]
          }
        },
        "examples": [
          {
            "baseUrl": "https://rpm.example.org/$releasever/",
            "signature": {
              "keyFile": "/etc/pki/rpm-gpg/RPM-GPG-KEY-example"
            }
          }
        ]
      },
      "RepositorySignature": {
        "type": "object",
        "description": "How the host knows that what it gets is genuine: exactly one of these.",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "The public key, as text: armored for apt, dnf, yum and zypper, PEM for apk.",
            "examples": [
              "-----BEGIN PGP PUBLIC KEY BLOCK-----\n…\n-----END PGP PUBLIC KEY BLOCK-----\n"
            ]
          },
          "keyFile": {
            "$ref": "#/$defs/FilePath",
            "description": "Path of the public key where it is on the host already.",
            "examples": [
              "/usr/share/keyrings/debian-archive-keyring.gpg"
            ]
          },
          "unchecked": {
            "type": "boolean",
            "const": true,
            "description": "Nothing is checked: whoever answers at that address is root on the host.",
            "examples": [
              true
            ]
          }
        },
        "examples": [
          {
            "keyFile": "/usr/share/keyrings/debian-archive-keyring.gpg"
          }
        ]
      },
      "ProfileRemoval": {
        "type": "object",
        "description": "What of the profiles that it extends, and for a family what of the common part too, does not apply here. It says what is no longer wanted; what was brought to a host for it is taken away again.",
        "additionalProperties": false,
        "properties": {
          "packages": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/PackageName"
            },
            "default": [],
            "description": "Packages.",
            "examples": [
              [
                "docker.io"
              ]
            ]
          },
          "files": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/FilePath"
            },
            "default": [],
            "description": "Files, by their paths.",
            "examples": [
              [
                "/etc/sysconfig/docker"
              ]
            ]
          },
          "commands": {
            "type": "array",
            "items": {
              "$ref": "common.schema.json#/$defs/Name"
            },
            "default": [],
            "description": "Commands, by their names.",
            "examples": [
              [
                "swap-off"
              ]
            ]
          },
          "services": {
            "type": "array",
            "items": {
              "$ref": "#/$defs/ServiceName"
            },
            "default": [],
            "description": "Services.",
            "examples": [
              [
                "docker"
              ]
            ]
          },
          "repositories": {
            "type": "array",
            "items": {
              "$ref": "common.schema.json#/$defs/Name"
            },
            "default": [],
            "description": "Repositories, by their names.",
            "examples": [
              [
                "docker-ce"
              ]
            ]
          }
        },
        "examples": [
          {
            "packages": [
              "docker.io"
            ]
          }
        ]
      },
      "PackageName": {
        "type": "string",
        "maxLength": 200,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9+._:@/-]*$",
        "description": "Name of a package as the host's package manager knows it: letters, digits and `+._:@/-`, not beginning with a sign.",
        "examples": [
          "docker.io"
        ],
        "x-intendant-form": "the name of a package such as docker.io"
      },
      "ServiceName": {
        "type": "string",
        "maxLength": 128,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9@._:-]*$",
        "description": "Name of a service as systemd or OpenRC knows it, not beginning with a sign.",
        "examples": [
          "docker"
        ],
        "x-intendant-form": "the name of a service such as docker"
      },
      "FilePath": {
        "type": "string",
        "maxLength": 1024,
        "pattern": "^(/(?!\\.{1,2}(/|$))[^/\\u0000-\\u001f\\u007f]+)+$",
        "description": "Absolute path on the host, without `.`, `..`, empty parts or control characters.",
        "examples": [
          "/etc/docker/daemon.json"
        ],
        "x-intendant-form": "an absolute path without `.` and `..`, such as /etc/motd"
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "HostProfile",
        "metadata": {
          "name": "web-node"
        },
        "spec": {
          "extends": [
            "docker"
          ],
          "variables": {
            "registryMirror": "https://mirror.example.org"
          },
          "packages": [
            "htop"
          ],
          "files": [
            {
              "path": "/etc/motd",
              "template": "{{ host.name }} of {{ cluster.name }}\n"
            }
          ],
          "families": {
            "apk": {
              "remove": {
                "packages": [
                  "htop"
                ]
              }
            }
          }
        }
      }
    ]
  },
  "host": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/host.schema.json",
    "title": "Host",
    "description": "A machine that is reached over SSH.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "Host",
        "description": "The kind of this document.",
        "examples": [
          "Host"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/HostSpec"
      }
    },
    "$defs": {
      "HostSpec": {
        "type": "object",
        "description": "Where the host is and how it is reached.",
        "additionalProperties": false,
        "required": [
          "address"
        ],
        "properties": {
          "address": {
            "type": "string",
            "description": "IP address or DNS name at which SSH answers, without a port.",
            "format": "host-address",
            "maxLength": 253,
            "examples": [
              "10.20.0.11"
            ],
            "x-intendant-form": "an IP address or a DNS name, without a port"
          },
          "port": {
            "$ref": "common.schema.json#/$defs/Port",
            "description": "TCP port of the SSH server. Without it: the Cluster's, the Fleet's, or 22.",
            "examples": [
              22
            ]
          },
          "user": {
            "$ref": "common.schema.json#/$defs/User",
            "description": "User to log in as. Without it: the Cluster's, the Fleet's, or root.",
            "examples": [
              "admin"
            ]
          },
          "cluster": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "The Cluster that the host belongs to.",
            "x-intendant-ref": "Cluster",
            "x-intendant-owner": true,
            "examples": [
              "web"
            ]
          },
          "identity": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "Name of the SSH identity in the daemon's configuration. Without it: the Cluster's, the Fleet's, or `default`.",
            "examples": [
              "default"
            ]
          },
          "jumpHost": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "The Host through which this one is reached.",
            "x-intendant-ref": "Host",
            "examples": [
              "bastion"
            ]
          },
          "hostKeys": {
            "type": "array",
            "description": "Public keys that the host may show; any other key stops it. One line each, as `ssh-keyscan` prints after the name.",
            "items": {
              "$ref": "common.schema.json#/$defs/PublicKey"
            },
            "minItems": 1,
            "examples": [
              [
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEa9uKS9bGvTHYxZPBHUeVNV9EF8HkNvvDFf0FSDoPv"
              ]
            ]
          },
          "maintenance": {
            "$ref": "common.schema.json#/$defs/Freeze",
            "description": "Takes the host out of operations, budgets and alarms while somebody works on it.",
            "examples": [
              {
                "who": "dana@example.org",
                "why": "new disk",
                "until": "2027-01-04T08:00:00Z"
              }
            ]
          },
          "onRemove": {
            "type": "string",
            "enum": [
              "leave",
              "clean"
            ],
            "description": "What happens to what Intendant put on the host when its document is removed. The machine itself is never destroyed.",
            "default": "leave",
            "examples": [
              "clean"
            ]
          },
          "reimage": {
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "A counter: raise it when the machine was installed anew. The host key that was recorded on first use and all that was known of the host are dropped, and it is bootstrapped again.",
            "examples": [
              1
            ]
          },
          "description": {
            "type": "string",
            "description": "What it is for, for people.",
            "examples": [
              "Rack 4, left"
            ]
          }
        },
        "examples": [
          {
            "address": "10.20.0.11",
            "cluster": "web"
          }
        ]
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "Host",
        "metadata": {
          "name": "web-1",
          "labels": {
            "role": "web"
          }
        },
        "spec": {
          "address": "10.20.0.11",
          "cluster": "web"
        }
      }
    ]
  },
  "network": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/network.schema.json",
    "title": "Network",
    "description": "A network that containers of several hosts share.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "Network",
        "description": "The kind of this document.",
        "examples": [
          "Network"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/NetworkSpec"
      }
    },
    "$defs": {
      "NetworkSpec": {
        "type": "object",
        "description": "The kind of network and its options.",
        "additionalProperties": false,
        "if": {
          "required": [
            "type"
          ],
          "properties": {
            "type": {
              "const": "flannel_server"
            }
          }
        },
        "then": {
          "required": [
            "options"
          ],
          "properties": {
            "options": {
              "type": "object",
              "required": [
                "address"
              ]
            }
          }
        },
        "properties": {
          "type": {
            "type": "string",
            "enum": [
              "flannel_etcd",
              "flannel_server"
            ],
            "description": "`flannel_etcd`: flannel reads its configuration from etcd. `flannel_server`: flannel asks a server of its own.",
            "default": "flannel_etcd",
            "examples": [
              "flannel_etcd"
            ]
          },
          "options": {
            "type": "object",
            "description": "Options of the network.",
            "additionalProperties": false,
            "properties": {
              "address": {
                "type": "string",
                "description": "`host:port` of the flannel server; required for `flannel_server`.",
                "format": "host-port",
                "examples": [
                  "10.20.0.5:8472"
                ],
                "x-intendant-form": "`host:port`"
              },
              "network": {
                "type": "string",
                "description": "The address range of the whole network, as CIDR.",
                "format": "ipv4-cidr",
                "examples": [
                  "10.100.0.0/16"
                ],
                "x-intendant-form": "an IPv4 address range such as 10.100.0.0/16"
              },
              "subnetLen": {
                "type": "integer",
                "description": "Prefix length of the part that each host gets.",
                "minimum": 8,
                "maximum": 30,
                "examples": [
                  24
                ]
              },
              "backend": {
                "type": "string",
                "enum": [
                  "udp",
                  "vxlan",
                  "host-gw",
                  "wireguard"
                ],
                "description": "How packets travel between hosts.",
                "examples": [
                  "vxlan"
                ]
              }
            },
            "examples": [
              {
                "network": "10.100.0.0/16",
                "backend": "vxlan"
              }
            ]
          }
        },
        "examples": [
          {
            "type": "flannel_etcd"
          }
        ]
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "Network",
        "metadata": {
          "name": "overlay"
        },
        "spec": {
          "type": "flannel_etcd",
          "options": {
            "network": "10.100.0.0/16",
            "subnetLen": 24,
            "backend": "vxlan"
          }
        }
      }
    ]
  },
  "operation-schedule": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/operation-schedule.schema.json",
    "title": "OperationSchedule",
    "description": "Starts an Operation again and again: at times, or whenever hosts need it. Each start is an Operation of its own, `<name>-<date>`, under the same gates as any other. Nobody can approve it, since it is not a document: where an approval is required, a schedule starts nothing.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "OperationSchedule",
        "description": "The kind of this document.",
        "examples": [
          "OperationSchedule"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/OperationScheduleSpec"
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "OperationSchedule",
        "metadata": {
          "name": "weekly-upgrade"
        },
        "spec": {
          "when": {
            "start": "0 3 * * 0"
          },
          "timeZone": "Europe/Berlin",
          "operation": {
            "type": "upgrade",
            "target": {
              "cluster": "web"
            }
          }
        }
      }
    ],
    "$defs": {
      "ScheduleWhen": {
        "type": "object",
        "description": "What starts it: exactly one of these.",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
          "start": {
            "type": "string",
            "format": "cron",
            "maxLength": 200,
            "description": "Times, as cron writes them: minute, hour, day of month, month, day of week. Read on the clocks of `timeZone`.",
            "examples": [
              "0 3 * * 0"
            ],
            "x-intendant-form": "a cron expression of five fields that comes true at some time, such as `0 22 * * 1-5`"
          },
          "trigger": {
            "type": "string",
            "enum": [
              "reboot-required"
            ],
            "description": "`reboot-required`: whenever hosts of the target say that they need a reboot; the Operation is on those alone. A host that is none the better for it is tried again on the next day.",
            "examples": [
              "reboot-required"
            ]
          }
        },
        "examples": [
          {
            "start": "0 3 * * 0"
          }
        ]
      },
      "OperationScheduleSpec": {
        "type": "object",
        "description": "What is started, and when.",
        "additionalProperties": false,
        "required": [
          "when",
          "operation"
        ],
        "properties": {
          "description": {
            "type": "string",
            "description": "What it is for, for people.",
            "examples": [
              "Reboots into new kernels"
            ]
          },
          "when": {
            "$ref": "#/$defs/ScheduleWhen"
          },
          "timeZone": {
            "type": "string",
            "format": "time-zone",
            "description": "IANA name of the zone whose clocks `when.start` and the date in the name are read on.",
            "default": "UTC",
            "examples": [
              "Europe/Berlin"
            ],
            "x-intendant-form": "the IANA name of a time zone such as Europe/Berlin"
          },
          "catchUp": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "How late it may still start, when the daemon was away at the time. Of several missed times the last one counts.",
            "default": "1h",
            "examples": [
              "1h"
            ]
          },
          "suspend": {
            "type": "boolean",
            "description": "Starts nothing while true; what was started goes on.",
            "default": false,
            "examples": [
              true
            ]
          },
          "operation": {
            "$ref": "operation.schema.json#/$defs/OperationSpec",
            "description": "The spec of the Operation that is started."
          }
        },
        "examples": [
          {
            "when": {
              "start": "0 3 * * 0"
            },
            "timeZone": "Europe/Berlin",
            "operation": {
              "type": "upgrade",
              "target": {
                "cluster": "web"
              }
            }
          }
        ]
      }
    }
  },
  "operation": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://intendant.dev/schema/v1/operation.schema.json",
    "title": "Operation",
    "description": "Something that is done once, on a selection of hosts, in batches. It runs once per name, for ever.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "$ref": "common.schema.json#/$defs/ApiVersion"
      },
      "kind": {
        "type": "string",
        "const": "Operation",
        "description": "The kind of this document.",
        "examples": [
          "Operation"
        ]
      },
      "metadata": {
        "$ref": "common.schema.json#/$defs/Metadata"
      },
      "spec": {
        "$ref": "#/$defs/OperationSpec"
      }
    },
    "$defs": {
      "OperationSpec": {
        "type": "object",
        "description": "What is done, where, and how carefully.",
        "required": [
          "type"
        ],
        "discriminator": {
          "propertyName": "type"
        },
        "oneOf": [
          {
            "$ref": "#/$defs/RestartOperation"
          },
          {
            "$ref": "#/$defs/RunOperation"
          },
          {
            "$ref": "#/$defs/UpgradeOperation"
          },
          {
            "$ref": "#/$defs/DeployOperation"
          },
          {
            "$ref": "#/$defs/ApplyOperation"
          }
        ],
        "examples": [
          {
            "type": "restart",
            "target": {
              "cluster": "web"
            }
          }
        ]
      },
      "RestartOperation": {
        "type": "object",
        "description": "Reboots each host, and counts it as done when it is back with a new boot id and its checks pass.",
        "additionalProperties": false,
        "required": [
          "type",
          "target"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "restart",
            "description": "What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.",
            "examples": [
              "restart"
            ]
          },
          "description": {
            "type": "string",
            "description": "Why it is done, for people.",
            "examples": [
              "Kernel update of November"
            ]
          },
          "target": {
            "$ref": "#/$defs/Target"
          },
          "rollout": {
            "$ref": "common.schema.json#/$defs/Rollout",
            "description": "How it rolls over the hosts.",
            "examples": [
              {
                "batches": [
                  1,
                  "25%"
                ],
                "maxFailures": 1
              }
            ]
          },
          "windows": {
            "$ref": "common.schema.json#/$defs/Windows",
            "description": "When hosts may be begun. The windows of every cluster concerned must be open as well.",
            "examples": [
              [
                {
                  "name": "nightly",
                  "start": "0 22 * * 1-5",
                  "duration": "6h",
                  "timeZone": "Europe/Berlin"
                }
              ]
            ]
          },
          "dependsOn": {
            "type": "array",
            "uniqueItems": true,
            "description": "Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.",
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "Operation",
              "type": "string"
            },
            "examples": [
              [
                "restart-db"
              ]
            ]
          },
          "checks": {
            "$ref": "#/$defs/OperationChecks"
          },
          "hooks": {
            "$ref": "common.schema.json#/$defs/Hooks",
            "description": "Commands on helper hosts before and after the act on each host, within those of its cluster.",
            "examples": [
              [
                {
                  "name": "pool",
                  "host": "lb-1",
                  "before": {
                    "command": [
                      "/usr/local/bin/pool",
                      "disable",
                      "{host}"
                    ]
                  },
                  "after": {
                    "command": [
                      "/usr/local/bin/pool",
                      "enable",
                      "{host}"
                    ]
                  }
                }
              ]
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Per host: how long it may take to come back (restart), or the script to end (run).",
            "default": "10m",
            "examples": [
              "10m"
            ]
          },
          "approval": {
            "$ref": "common.schema.json#/$defs/Approval",
            "description": "Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.",
            "x-intendant-mutable": true,
            "examples": [
              {
                "required": true
              }
            ]
          },
          "suspend": {
            "type": "boolean",
            "description": "Starts no further host while true. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "cancel": {
            "type": "boolean",
            "description": "Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "retry": {
            "type": "integer",
            "description": "A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.",
            "minimum": 0,
            "default": 0,
            "x-intendant-mutable": true,
            "examples": [
              1
            ]
          }
        },
        "examples": [
          {
            "type": "restart",
            "target": {
              "cluster": "web"
            },
            "rollout": {
              "batches": [
                1,
                "25%"
              ]
            }
          }
        ]
      },
      "RunOperation": {
        "type": "object",
        "description": "Runs a script on each host, and keeps its exit code and the beginning of its output.",
        "additionalProperties": false,
        "required": [
          "type",
          "target",
          "script"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "run",
            "description": "What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.",
            "examples": [
              "run"
            ]
          },
          "description": {
            "type": "string",
            "description": "Why it is done, for people.",
            "examples": [
              "Kernel update of November"
            ]
          },
          "target": {
            "$ref": "#/$defs/Target"
          },
          "script": {
            "type": "string",
            "description": "The script; its first line may name an interpreter, else `sh` runs it.",
            "minLength": 1,
            "examples": [
              "#!/bin/sh\nset -e\napt-get update\n"
            ]
          },
          "args": {
            "type": "array",
            "items": {
              "type": "string",
              "description": "One argument.",
              "examples": [
                "--now"
              ]
            },
            "description": "Arguments of the script.",
            "default": [],
            "examples": [
              [
                "--now"
              ]
            ]
          },
          "rollout": {
            "$ref": "common.schema.json#/$defs/Rollout",
            "description": "How it rolls over the hosts.",
            "examples": [
              {
                "batches": [
                  1,
                  "25%"
                ],
                "maxFailures": 1
              }
            ]
          },
          "windows": {
            "$ref": "common.schema.json#/$defs/Windows",
            "description": "When hosts may be begun. The windows of every cluster concerned must be open as well.",
            "examples": [
              [
                {
                  "name": "nightly",
                  "start": "0 22 * * 1-5",
                  "duration": "6h",
                  "timeZone": "Europe/Berlin"
                }
              ]
            ]
          },
          "dependsOn": {
            "type": "array",
            "uniqueItems": true,
            "description": "Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.",
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "Operation",
              "type": "string"
            },
            "examples": [
              [
                "restart-db"
              ]
            ]
          },
          "checks": {
            "$ref": "#/$defs/OperationChecks"
          },
          "hooks": {
            "$ref": "common.schema.json#/$defs/Hooks",
            "description": "Commands on helper hosts before and after the act on each host, within those of its cluster.",
            "examples": [
              [
                {
                  "name": "pool",
                  "host": "lb-1",
                  "before": {
                    "command": [
                      "/usr/local/bin/pool",
                      "disable",
                      "{host}"
                    ]
                  },
                  "after": {
                    "command": [
                      "/usr/local/bin/pool",
                      "enable",
                      "{host}"
                    ]
                  }
                }
              ]
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Per host: how long it may take to come back (restart), or the script to end (run).",
            "default": "10m",
            "examples": [
              "10m"
            ]
          },
          "approval": {
            "$ref": "common.schema.json#/$defs/Approval",
            "description": "Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.",
            "x-intendant-mutable": true,
            "examples": [
              {
                "required": true
              }
            ]
          },
          "suspend": {
            "type": "boolean",
            "description": "Starts no further host while true. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "cancel": {
            "type": "boolean",
            "description": "Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "retry": {
            "type": "integer",
            "description": "A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.",
            "minimum": 0,
            "default": 0,
            "x-intendant-mutable": true,
            "examples": [
              1
            ]
          }
        },
        "examples": [
          {
            "type": "run",
            "target": {
              "cluster": "web"
            },
            "script": "systemctl reload nginx\n"
          }
        ]
      },
      "UpgradeOperation": {
        "type": "object",
        "description": "Upgrades each host with the tool of its family (apt, dnf, yum, zypper, apk, rpm-ostree, bootc), reboots it where that is wanted, and proves it.",
        "additionalProperties": false,
        "required": [
          "type",
          "target"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "upgrade",
            "description": "What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.",
            "examples": [
              "upgrade"
            ]
          },
          "description": {
            "type": "string",
            "description": "Why it is done, for people.",
            "examples": [
              "Kernel update of November"
            ]
          },
          "target": {
            "$ref": "#/$defs/Target"
          },
          "reboot": {
            "type": "string",
            "enum": [
              "never",
              "if-required",
              "always"
            ],
            "description": "Whether the host is rebooted afterwards: `if-required` where its family says that one is due (`/run/reboot-required`, `needs-restarting -r`, a staged deployment).",
            "default": "if-required",
            "examples": [
              "always"
            ]
          },
          "rollout": {
            "$ref": "common.schema.json#/$defs/Rollout",
            "description": "How it rolls over the hosts.",
            "examples": [
              {
                "batches": [
                  1,
                  "25%"
                ],
                "maxFailures": 1
              }
            ]
          },
          "windows": {
            "$ref": "common.schema.json#/$defs/Windows",
            "description": "When hosts may be begun. The windows of every cluster concerned must be open as well.",
            "examples": [
              [
                {
                  "name": "nightly",
                  "start": "0 22 * * 1-5",
                  "duration": "6h",
                  "timeZone": "Europe/Berlin"
                }
              ]
            ]
          },
          "dependsOn": {
            "type": "array",
            "uniqueItems": true,
            "description": "Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.",
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "Operation",
              "type": "string"
            },
            "examples": [
              [
                "restart-db"
              ]
            ]
          },
          "checks": {
            "$ref": "#/$defs/OperationChecks"
          },
          "hooks": {
            "$ref": "common.schema.json#/$defs/Hooks",
            "description": "Commands on helper hosts before and after the act on each host, within those of its cluster.",
            "examples": [
              [
                {
                  "name": "pool",
                  "host": "lb-1",
                  "before": {
                    "command": [
                      "/usr/local/bin/pool",
                      "disable",
                      "{host}"
                    ]
                  },
                  "after": {
                    "command": [
                      "/usr/local/bin/pool",
                      "enable",
                      "{host}"
                    ]
                  }
                }
              ]
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Per host: how long the upgrade may take, and again how long it may take to come back.",
            "default": "30m",
            "examples": [
              "30m"
            ]
          },
          "approval": {
            "$ref": "common.schema.json#/$defs/Approval",
            "description": "Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.",
            "x-intendant-mutable": true,
            "examples": [
              {
                "required": true
              }
            ]
          },
          "suspend": {
            "type": "boolean",
            "description": "Starts no further host while true. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "cancel": {
            "type": "boolean",
            "description": "Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "retry": {
            "type": "integer",
            "description": "A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.",
            "minimum": 0,
            "default": 0,
            "x-intendant-mutable": true,
            "examples": [
              1
            ]
          }
        },
        "examples": [
          {
            "type": "upgrade",
            "target": {
              "cluster": "web"
            },
            "rollout": {
              "batches": [
                1,
                "25%"
              ]
            }
          }
        ]
      },
      "DeployOperation": {
        "type": "object",
        "description": "Makes a version the running system of each host: an ostree version or commit (rpm-ostree), an image (bootc). Hosts of packages cannot; they fail untouched and say so.",
        "additionalProperties": false,
        "required": [
          "type",
          "target",
          "version"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "deploy",
            "description": "What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.",
            "examples": [
              "deploy"
            ]
          },
          "description": {
            "type": "string",
            "description": "Why it is done, for people.",
            "examples": [
              "Kernel update of November"
            ]
          },
          "target": {
            "$ref": "#/$defs/Target"
          },
          "version": {
            "type": "string",
            "minLength": 1,
            "maxLength": 512,
            "pattern": "^[A-Za-z0-9][A-Za-z0-9@:/._+=-]*$",
            "description": "What to deploy: for rpm-ostree a version or `revision=` and a commit, for bootc an image reference with tag or digest.",
            "examples": [
              "41.20261120.0",
              "quay.io/example/web:41"
            ]
          },
          "reboot": {
            "type": "string",
            "enum": [
              "never",
              "if-required",
              "always"
            ],
            "description": "Whether the host is rebooted afterwards: `if-required` where its family says that one is due (`/run/reboot-required`, `needs-restarting -r`, a staged deployment).",
            "default": "if-required",
            "examples": [
              "always"
            ]
          },
          "rollback": {
            "type": "boolean",
            "description": "Goes back to the deployment before, with a reboot, when a host is back with the new version and does not pass: the version is not the running one, or a check after fails. The host has failed all the same.",
            "default": false,
            "examples": [
              true
            ]
          },
          "rollout": {
            "$ref": "common.schema.json#/$defs/Rollout",
            "description": "How it rolls over the hosts.",
            "examples": [
              {
                "batches": [
                  1,
                  "25%"
                ],
                "maxFailures": 1
              }
            ]
          },
          "windows": {
            "$ref": "common.schema.json#/$defs/Windows",
            "description": "When hosts may be begun. The windows of every cluster concerned must be open as well.",
            "examples": [
              [
                {
                  "name": "nightly",
                  "start": "0 22 * * 1-5",
                  "duration": "6h",
                  "timeZone": "Europe/Berlin"
                }
              ]
            ]
          },
          "dependsOn": {
            "type": "array",
            "uniqueItems": true,
            "description": "Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.",
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "Operation",
              "type": "string"
            },
            "examples": [
              [
                "restart-db"
              ]
            ]
          },
          "checks": {
            "$ref": "#/$defs/OperationChecks"
          },
          "hooks": {
            "$ref": "common.schema.json#/$defs/Hooks",
            "description": "Commands on helper hosts before and after the act on each host, within those of its cluster.",
            "examples": [
              [
                {
                  "name": "pool",
                  "host": "lb-1",
                  "before": {
                    "command": [
                      "/usr/local/bin/pool",
                      "disable",
                      "{host}"
                    ]
                  },
                  "after": {
                    "command": [
                      "/usr/local/bin/pool",
                      "enable",
                      "{host}"
                    ]
                  }
                }
              ]
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Per host: how long the deployment may take, and again how long it may take to come back.",
            "default": "30m",
            "examples": [
              "30m"
            ]
          },
          "approval": {
            "$ref": "common.schema.json#/$defs/Approval",
            "description": "Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.",
            "x-intendant-mutable": true,
            "examples": [
              {
                "required": true
              }
            ]
          },
          "suspend": {
            "type": "boolean",
            "description": "Starts no further host while true. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "cancel": {
            "type": "boolean",
            "description": "Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "retry": {
            "type": "integer",
            "description": "A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.",
            "minimum": 0,
            "default": 0,
            "x-intendant-mutable": true,
            "examples": [
              1
            ]
          }
        },
        "examples": [
          {
            "type": "deploy",
            "target": {
              "cluster": "edge"
            },
            "version": "41.20261120.0",
            "rollback": true
          }
        ]
      },
      "ApplyOperation": {
        "type": "object",
        "description": "Brings each host to the HostProfile of its cluster: packages, files, commands, services. A host that has all of it is left as it is. Changes of a profile are applied without such a document; this one heals drift, or applies now and at your pace.",
        "additionalProperties": false,
        "required": [
          "type",
          "target"
        ],
        "properties": {
          "type": {
            "type": "string",
            "const": "apply",
            "description": "What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.",
            "examples": [
              "apply"
            ]
          },
          "description": {
            "type": "string",
            "description": "Why it is done, for people.",
            "examples": [
              "Kernel update of November"
            ]
          },
          "target": {
            "$ref": "#/$defs/Target"
          },
          "profile": {
            "type": "string",
            "pattern": "^[0-9a-f]{8,64}$",
            "description": "Digest of the profile that is applied: hosts are left alone once the profile is another one. Written by operations that a Cluster starts by itself. Without it: the profile as it is when a host has its turn.",
            "examples": [
              "3f2a9c0d11"
            ],
            "x-intendant-form": "a digest in hexadecimal, 8 to 64 digits"
          },
          "rollout": {
            "$ref": "common.schema.json#/$defs/Rollout",
            "description": "How it rolls over the hosts.",
            "examples": [
              {
                "batches": [
                  1,
                  "25%"
                ],
                "maxFailures": 1
              }
            ]
          },
          "windows": {
            "$ref": "common.schema.json#/$defs/Windows",
            "description": "When hosts may be begun. The windows of every cluster concerned must be open as well.",
            "examples": [
              [
                {
                  "name": "nightly",
                  "start": "0 22 * * 1-5",
                  "duration": "6h",
                  "timeZone": "Europe/Berlin"
                }
              ]
            ]
          },
          "dependsOn": {
            "type": "array",
            "uniqueItems": true,
            "description": "Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.",
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "Operation",
              "type": "string"
            },
            "examples": [
              [
                "restart-db"
              ]
            ]
          },
          "checks": {
            "$ref": "#/$defs/OperationChecks"
          },
          "hooks": {
            "$ref": "common.schema.json#/$defs/Hooks",
            "description": "Commands on helper hosts before and after the act on each host, within those of its cluster.",
            "examples": [
              [
                {
                  "name": "pool",
                  "host": "lb-1",
                  "before": {
                    "command": [
                      "/usr/local/bin/pool",
                      "disable",
                      "{host}"
                    ]
                  },
                  "after": {
                    "command": [
                      "/usr/local/bin/pool",
                      "enable",
                      "{host}"
                    ]
                  }
                }
              ]
            ]
          },
          "timeout": {
            "$ref": "common.schema.json#/$defs/Duration",
            "description": "Per host: how long it may take.",
            "default": "30m",
            "examples": [
              "30m"
            ]
          },
          "approval": {
            "$ref": "common.schema.json#/$defs/Approval",
            "description": "Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.",
            "x-intendant-mutable": true,
            "examples": [
              {
                "required": true
              }
            ]
          },
          "suspend": {
            "type": "boolean",
            "description": "Starts no further host while true. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "cancel": {
            "type": "boolean",
            "description": "Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.",
            "default": false,
            "x-intendant-mutable": true,
            "examples": [
              true
            ]
          },
          "retry": {
            "type": "integer",
            "description": "A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.",
            "minimum": 0,
            "default": 0,
            "x-intendant-mutable": true,
            "examples": [
              1
            ]
          }
        },
        "examples": [
          {
            "type": "apply",
            "target": {
              "cluster": "web"
            },
            "rollout": {
              "batches": [
                1,
                "25%"
              ]
            }
          }
        ]
      },
      "Target": {
        "type": "object",
        "description": "The hosts concerned: exactly one of these. What they select is resolved once, when the operation begins.",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
          "cluster": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "All hosts of this Cluster.",
            "x-intendant-ref": "Cluster",
            "x-intendant-owner": true,
            "examples": [
              "web"
            ]
          },
          "hosts": {
            "type": "array",
            "uniqueItems": true,
            "description": "These Hosts, begun in this order.",
            "items": {
              "$ref": "common.schema.json#/$defs/Name",
              "x-intendant-ref": "Host",
              "type": "string"
            },
            "examples": [
              [
                "web-1",
                "web-2"
              ]
            ]
          },
          "selector": {
            "$ref": "#/$defs/Selector"
          }
        },
        "examples": [
          {
            "cluster": "web"
          }
        ]
      },
      "Selector": {
        "type": "object",
        "description": "Hosts by their labels.",
        "additionalProperties": false,
        "required": [
          "matchLabels"
        ],
        "properties": {
          "cluster": {
            "$ref": "common.schema.json#/$defs/Name",
            "description": "Only hosts of this Cluster.",
            "x-intendant-ref": "Cluster",
            "x-intendant-owner": true,
            "examples": [
              "web"
            ]
          },
          "matchLabels": {
            "$ref": "common.schema.json#/$defs/StringMap",
            "description": "Labels that a host must all have. Empty selects nothing.",
            "examples": [
              {
                "role": "web"
              }
            ]
          }
        },
        "examples": [
          {
            "cluster": "web",
            "matchLabels": {
              "role": "web"
            }
          }
        ]
      },
      "OperationChecks": {
        "type": "object",
        "description": "Commands that each host must pass.",
        "additionalProperties": false,
        "default": {},
        "properties": {
          "before": {
            "type": "array",
            "description": "Before the host is touched; a host that fails is skipped untouched and counts as failed.",
            "items": {
              "$ref": "common.schema.json#/$defs/Check"
            },
            "default": [],
            "examples": [
              [
                {
                  "command": [
                    "systemctl",
                    "is-system-running"
                  ]
                }
              ]
            ]
          },
          "after": {
            "type": "array",
            "description": "After it is done; a host that fails counts as failed.",
            "items": {
              "$ref": "common.schema.json#/$defs/Check"
            },
            "default": [],
            "examples": [
              [
                {
                  "command": [
                    "systemctl",
                    "is-active",
                    "--quiet",
                    "nginx"
                  ],
                  "retries": 5
                }
              ]
            ]
          }
        },
        "examples": [
          {
            "after": [
              {
                "command": [
                  "systemctl",
                  "is-active",
                  "--quiet",
                  "nginx"
                ],
                "retries": 5
              }
            ]
          }
        ]
      }
    },
    "examples": [
      {
        "apiVersion": "intendant/v1",
        "kind": "Operation",
        "metadata": {
          "name": "restart-web-2026-11"
        },
        "spec": {
          "type": "restart",
          "target": {
            "cluster": "web"
          },
          "rollout": {
            "batches": [
              1,
              "25%"
            ]
          }
        }
      }
    ]
  },
};
