with unpacked as (
    {{ unpacked_cells(
        in_this_file(ref('int_packed_cells')), in_this_file(ref('int_report_numbers')),
        in_this_file(ref('int_form_cells')), in_this_file(ref('int_cell_words'))
    ) | indent(4) }}
),

cells as (
    select * from unpacked
    where table_key = 't4'
)

select
    report_key,
    body_key,
    report_year,
    regexp_extract(column_key, '^(.*)_([a-z]+)$', 1) as route,
    regexp_extract(column_key, '^(.*)_([a-z]+)$', 2) as result,
    value,
    value_state,
    line_start,
    line_end
from cells
