// The file that scripts/console has built, as it is.
        .section .rodata
        .global squire_console_page_begin
        .global squire_console_page_end
squire_console_page_begin:
        .incbin SQUIRE_CONSOLE_PAGE
squire_console_page_end:

        .section .note.GNU-stack, "", %progbits
