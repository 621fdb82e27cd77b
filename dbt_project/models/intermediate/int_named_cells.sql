-- Packed cells with the names of their places and without words: for models that count them or add them up.
{{ named_cells(ref('int_packed_cells'), ref('int_report_numbers'), ref('int_form_cells')) }}
