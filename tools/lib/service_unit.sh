# Sourced by scripts that write the systemd unit of `glint live`.

# service_unit COMMAND LINES...: the unit, with the least rights that labelling a camera needs: a user of its own that
# owns nothing, the group video alone, the cameras and no other device, nothing writable. LINES join [Service].
service_unit() {
  local command=$1
  shift
  cat << UNIT
[Unit]
Description=Glint: labels the faces in the camera's frames
Documentation=man:glint.live(1)
After=network.target

[Service]
ExecStart=$command
# One JSON object a frame would fill the journal.
StandardOutput=null
# The page's address, and what a person should know.
StandardError=journal
Restart=always
RestartSec=3
Nice=5

DynamicUser=yes
SupplementaryGroups=video
DevicePolicy=closed
DeviceAllow=char-video4linux rw
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateTmp=yes
CapabilityBoundingSet=
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
# Serving the page stands back behind labelling.
SystemCallFilter=setpriority
SystemCallErrorNumber=EPERM
UMask=0077
$(printf '%s\n' "$@")

[Install]
WantedBy=multi-user.target
UNIT
}
