{# An address in one form: no scheme, www, port of the scheme, fragment, session or last slash; host in lower case,
   parameters in order. #}
{% macro normal_url(url) -%}
    {%- set bare -%}
        regexp_replace(regexp_replace(regexp_replace(trim({{ url }}),
            '^[A-Za-z][A-Za-z0-9+.-]*://', ''), '#.*$', ''), '(?i);jsessionid=[^?]*', '')
    {%- endset -%}
    {%- set page = "split_part(" ~ bare ~ ", '?', 1)" -%}
    {%- set query = "regexp_extract(" ~ bare ~ ", '[?](.*)$', 1)" -%}
    regexp_replace(lower(split_part({{ page }}, '/', 1)), '^www\.|:(80|443)$', '', 'g')
    || regexp_replace(regexp_replace({{ page }}, '^[^/]*', ''), '/+$', '')
    || case
        when {{ query }} = '' then ''
        else '?' || array_to_string(list_sort(list_filter(split({{ query }}, '&'), lambda p: p <> '')), '&')
    end
{%- endmacro %}
