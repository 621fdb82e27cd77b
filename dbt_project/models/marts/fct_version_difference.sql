-- Cells, then quantities of the prose; each in the order in which they are kept.
with of_cells as (
    {{ unpacked_cell_differences(
        in_this_file(ref('int_cell_differences')), in_this_file(ref('int_report_numbers')),
        in_this_file(ref('int_form_cells')), in_this_file(ref('int_cell_words'))
    ) | indent(4) }}
),

of_prose as (
    select
        reports.report_key,
        current_reports.report_key as current_report_key,
        reports.body_key,
        reports.report_year,
        'prose' as difference_kind,
        differences.* exclude (report_no, current_no)  -- noqa: RF02
    from {{ in_this_file(ref('int_prose_differences')) }} as differences
    inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on differences.report_no = reports.report_no
    inner join {{ in_this_file(ref('int_report_numbers')) }} as current_reports
        on differences.current_no = current_reports.report_no
),

differences as (
    select * from of_cells
    union all by name
    select * from of_prose
)

select
    report_key,
    current_report_key,
    body_key,
    report_year,
    difference_kind,
    table_key,
    row_key,
    column_key,
    quantity,
    value,
    value_state,
    raw_value,
    line_start,
    line_end,
    current_value,
    current_value_state,
    current_raw_value,
    current_line_start,
    current_line_end
from differences
