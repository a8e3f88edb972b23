; What the installer for Windows does beside electron-builder's own script: it hands addresses of sendwright: to the
; console, as the console itself does, for the same people that the program is installed for, and takes that back when the program goes.

!define SENDWRIGHT_CLASS "Software\Classes\sendwright"

!macro customInstall
  WriteRegStr SHELL_CONTEXT "${SENDWRIGHT_CLASS}" "" "URL:Sendwright"
  WriteRegStr SHELL_CONTEXT "${SENDWRIGHT_CLASS}" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "${SENDWRIGHT_CLASS}\DefaultIcon" "" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr SHELL_CONTEXT "${SENDWRIGHT_CLASS}\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "--" "%1"'
!macroend

!macro customUnInstall
  ; Another copy may have taken the addresses since; an update puts them back itself.
  ReadRegStr $R0 SHELL_CONTEXT "${SENDWRIGHT_CLASS}\shell\open\command" ""
  ${If} $R0 == '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "--" "%1"'
    DeleteRegKey SHELL_CONTEXT "${SENDWRIGHT_CLASS}"
  ${EndIf}
!macroend
