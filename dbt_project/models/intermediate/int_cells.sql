-- Packed cells, readable: for models that need some of them, or all by their names.
{{ unpacked_cells(
    ref('int_packed_cells'), ref('int_report_numbers'), ref('int_form_cells'), ref('int_cell_words')
) }}
