import ArgumentParser
import CSupport

support_install_interrupt_handler()
DLRepl.main()
