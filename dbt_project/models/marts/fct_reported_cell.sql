with cells as (
    {{ unpacked_cells(
        in_this_file(ref('int_packed_cells')), in_this_file(ref('int_report_numbers')),
        in_this_file(ref('int_form_cells')), in_this_file(ref('int_cell_words'))
    ) | indent(4) }}
)

select
    report_key,
    body_key,
    report_year,
    form_version,
    table_key,
    row_key,
    column_key,
    raw_value,
    value,
    value_state,
    value_basis,
    value_as_read,
    value_state_as_read,
    printed_unit,
    printed_unit_basis,
    matched_label,
    matched_alias,
    label_distance,
    line_start,
    line_end
from cells
